import { expect, test } from 'vitest';
import { parseRequestInfo } from './request-info.ts';

const parse = (method: string, url: string) => {
  const [path = '', query] = url.split('?');
  const info = parseRequestInfo(method, path, query === undefined ? undefined : new URLSearchParams(query));
  return (
    info && [info.verb, info.group, info.version, info.namespace, info.resource, info.subresource, info.name].join('|')
  );
};

test.each([
  ['GET', '/api/v1/namespaces/a/pods', 'list||v1|a|pods||'],
  ['GET', '/api/v1/namespaces/a/pods/p', 'get||v1|a|pods||p'],
  ['GET', '/api/v1/namespaces/a/pods/p/log', 'get||v1|a|pods|log|p'],
  ['GET', '/api/v1/namespaces/a', 'get||v1|a|namespaces||a'],
  ['PUT', '/api/v1/namespaces/a/finalize', 'update||v1|a|namespaces|finalize|a'],
  ['GET', '/api/v1/namespaces', 'list||v1||namespaces||'],
  ['GET', '/api/v1/nodes?watch=1', 'watch||v1||nodes||'],
  // The Python client's way to say no.
  ['GET', '/api/v1/nodes?watch=False', 'list||v1||nodes||'],
  ['GET', '/api/v1/watch/namespaces/a/pods', 'watch||v1|a|pods||'],
  ['DELETE', '/apis/apps/v1/namespaces/a/deployments', 'deletecollection|apps|v1|a|deployments||'],
  ['POST', '/apis/apps/v1/namespaces/a/deployments', 'create|apps|v1|a|deployments||'],
  ['GET', '/apis/apps/v1/deployments?fieldSelector=metadata.name%3Dx', 'list|apps|v1||deployments||x'],
  // Whatever else narrows it down.
  ['GET', '/api/v1/pods?fieldSelector=spec.nodeName%3Dn,metadata.name%3D%3Dx', 'list||v1||pods||x'],
  // Only what the list itself is restricted by.
  ['GET', '/api/v1/pods?fieldSelector=spec.nodeName%3Da%5C,metadata.name%3Dx', 'list||v1||pods||'],
  ['GET', '/api/v1/pods?fieldSelector=metadata.name!%3Dx', 'list||v1||pods||'],
  ['GET', '/apis/apps/v1', 'get||||||'],
  ['GET', '/healthz', 'get||||||'],
  ['GET', '/api/v1/namespaces/a/configmaps/x%2Fy', 'get||v1|a|configmaps||x/y'],
])('%s %s', (method, url, expected) => {
  expect(parse(method, url)).toBe(expected);
});

test('a bad escape, or a path of very many segments, is no request', () => {
  expect(parse('GET', '/api/v1/%zz/x')).toBeUndefined();
  expect(parse('GET', `/api/v1${'/x'.repeat(40)}`)).toBeUndefined();
});

import { configMaps, pods } from '@wherry/api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { configMap, pod, refusal } from '../testing/objects.ts';

let cluster: TestApiserver;
beforeAll(async () => {
  cluster = await startTestApiserver();
});
afterAll(() => cluster.close());

const maps = '/api/v1/namespaces/default/configmaps';
type Method = Parameters<typeof cluster.client.request>[0]['method'];
const ask = (method: Method, path: string, query: Record<string, string> = {}, body?: unknown) =>
  cluster.client.request({ method, path, query, body });

test.each<[Method, string]>([
  ['HEAD', '/api/v1/namespaces/default'],
  ['OPTIONS', '/api/v1/pods'],
  ['POST', '/api/v1/namespaces/default'],
  ['PUT', '/api/v1/pods'],
  ['POST', '/api/v1/pods'],
  ['PATCH', maps],
  ['DELETE', '/api/v1/namespaces'],
  ['POST', '/version'],
  ['POST', '/api'],
  ['DELETE', '/apis/apps/v1'],
])('%s %s is not allowed', async (method, path) => {
  const error = await refusal(ask(method, path));
  expect(error.code).toBe(405);
  if (method === 'HEAD') return;
  expect(error.status).toMatchObject({
    reason: 'MethodNotAllowed',
    message: 'the server does not allow this method on the requested resource',
  });
});

test('what is in all namespaces is not deleted by one request', async () => {
  await cluster.client.resource(pods).create(pod('stays'));
  expect((await refusal(ask('DELETE', '/api/v1/pods'))).code).toBe(405);
  await cluster.client.resource(pods).get('stays', { namespace: 'default' });
});

test.each([
  ['%2e%2e', `".."`, "may not be '..'"],
  ['..%2f..%2fkube-system', `"../../kube-system"`, "may not contain '/'"],
  ['100%25', `"100%"`, "may not contain '%'"],
])('the name %s is refused before it is looked for', async (name, quoted, why) => {
  const error = await refusal(ask('GET', `${maps}/${name}`));
  expect(error.status).toMatchObject({ code: 400, message: `Name parameter invalid: ${quoted}: ${why}` });
});

test.each([
  ['dryRun', 'Some', 'dryRun: Unsupported value: "Some": supported values: "All"'],
  [
    'fieldValidation',
    'Maybe',
    'fieldValidation: Unsupported value: "Maybe": supported values: "Ignore", "Strict", "Warn"',
  ],
  ['fieldManager', 'x'.repeat(129), 'fieldManager: Too long: may not be more than 128 bytes'],
])('the option %s is checked, and what is wrong with it stores nothing', async (name, value, why) => {
  const error = await refusal(ask('POST', maps, { [name]: value }, configMap('unstored')));
  expect(error.status).toMatchObject({ code: 422, reason: 'Invalid', details: { group: 'meta.k8s.io' } });
  expect(error.message).toBe(`CreateOptions.meta.k8s.io "" is invalid: ${why}`);
  expect((await refusal(cluster.client.resource(configMaps).get('unstored', { namespace: 'default' }))).code).toBe(404);
});

test.each([
  [
    { resourceVersionMatch: 'Exact' },
    'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
  ],
  [{ sendInitialEvents: 'true' }, 'sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list'],
  [
    { watch: 'true', sendInitialEvents: 'true' },
    'resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
  ],
])('%j is no way to list', async (query: Record<string, string>, why) => {
  const error = await refusal(ask('GET', maps, query));
  expect(error.status).toMatchObject({ code: 422, details: { kind: 'ListOptions', group: 'meta.k8s.io' } });
  expect(error.message).toBe(`ListOptions.meta.k8s.io "" is invalid: ${why}`);
});

test.each([
  [{ limit: 'many' }, 400, 'strconv.ParseInt: parsing "many": invalid syntax'],
  [{ timeoutSeconds: 'soon' }, 400, 'strconv.ParseInt: parsing "soon": invalid syntax'],
  [{ continue: 'e30' }, 400, /^invalid continue token: /],
  [
    { resourceVersion: '99999', resourceVersionMatch: 'Exact' },
    504,
    /^Timeout: Too large resource version: 99999, current: \d+$/,
  ],
])('%j is answered with %i', async (query: Record<string, string>, code, message) => {
  const error = await refusal(ask('GET', maps, query));
  expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
});

test('deleting with options that cannot be is refused', async () => {
  await cluster.client.resource(configMaps).create(configMap('kept'));
  const error = await refusal(ask('DELETE', `${maps}/kept`, {}, { propagationPolicy: 'Later' }));
  expect(error.status).toMatchObject({ code: 422, details: { kind: 'DeleteOptions' } });
  await cluster.client.resource(configMaps).get('kept', { namespace: 'default' });
});

test('a JSON patch that does not apply is said as upstream says it, and why', async () => {
  await cluster.client.resource(configMaps).create(configMap('patched', { a: '1' }));
  const wrong = [{ op: 'test', path: '/data/a', value: '2' }];
  const patch = cluster.client.resource(configMaps).patch('patched', wrong, { type: 'json', namespace: 'default' });
  const { status } = await refusal(patch);
  expect(status).toMatchObject({
    code: 422,
    reason: 'Invalid',
    message: expect.stringMatching(/^the server rejected our request due to an error in our request: testing value/),
  });
});

test('a selector may make a long URL', async () => {
  const labelSelector = Array.from({ length: 3_000 }, (_, i) => `label-${i}`).join(',');
  expect(await ask('GET', maps, { labelSelector })).toMatchObject({ items: [] });
});

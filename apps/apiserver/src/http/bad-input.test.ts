import { configMaps, pods } from '@wherry/api';
import { connect } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { configMap, pod, refusal } from '../testing/objects.ts';

let cluster: TestApiserver;
beforeAll(async () => {
  cluster = await startTestApiserver();
});
afterAll(() => cluster.close());

const path = '/api/v1/namespaces/default/configmaps';
const inDefault = { namespace: 'default' };
const post = (
  body: string | object,
  more: { contentType?: string; query?: Record<string, string>; path?: string } = {},
) => cluster.client.request({ method: 'POST', path, body, ...more });

test('an unknown field is an error when strict, a warning else', async () => {
  const body = { metadata: { name: 'unknown' }, data: { a: 'b' }, spec: { foo: 1 } };
  const error = await refusal(post(body, { query: { fieldValidation: 'Strict' } }));
  expect(error.status).toMatchObject({ code: 400, reason: 'BadRequest' });
  expect(error.message).toBe(
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "spec"',
  );
  const { headers } = await cluster.client.raw({ method: 'POST', path, body });
  expect(headers['warning']).toBe('299 - "unknown field \\"spec\\""');
  expect(await cluster.client.resource(configMaps).get('unknown', inDefault)).not.toHaveProperty('spec');
});

test('a duplicate field is an error when strict', async () => {
  const error = await refusal(
    post('{"metadata":{"name":"twice"},"data":{},"data":{}}', { query: { fieldValidation: 'Strict' } }),
  );
  expect(error.message).toContain('duplicate field "data"');
});

test.each([
  ['malformed JSON', '{"metadata":', 400, /unrecognized|JSON/],
  [
    'a wrong type',
    { metadata: { name: 'x' }, data: { a: 1 } },
    400,
    /cannot be handled as a ConfigMap: json: cannot unmarshal number/,
  ],
  ['a body that is no object', '[1]', 400, /unrecognized/],
  [
    'another kind',
    { kind: 'Secret', apiVersion: 'v1', metadata: { name: 'x' } },
    400,
    /Secret in version "v1" cannot be handled as a ConfigMap/,
  ],
  [
    'another version',
    { apiVersion: 'v2', metadata: { name: 'x' } },
    400,
    /the API version in the data \(v2\) does not match the expected API version \(v1\)/,
  ],
  ['no name', { metadata: {} }, 422, /metadata\.name: Required value: name or generateName is required/],
  [
    'another namespace',
    { metadata: { name: 'x', namespace: 'kube-system' } },
    400,
    /the namespace of the provided object does not match the namespace sent on the request/,
  ],
  ['a name with a slash', { metadata: { name: 'a/b' } }, 422, /metadata\.name: Invalid value: "a\/b"/],
  ['a name of two dots', { metadata: { name: '..' } }, 422, /metadata\.name/],
  ['a bad label', { metadata: { name: 'x', labels: { 'a b': 'c' } } }, 422, /metadata\.labels/],
  ['a name that is too long', { metadata: { name: 'x'.repeat(254) } }, 422, /metadata\.name: Invalid value/],
])('%s is refused and nothing is stored', async (_what, body, code, message) => {
  const before = await cluster.client.resource(configMaps).list({});
  const error = await refusal(post(body as object));
  expect(error.code).toBe(code);
  expect(error.message).toMatch(message);
  expect((await cluster.client.resource(configMaps).list({})).metadata.resourceVersion).toBe(
    before.metadata.resourceVersion,
  );
});

test('YAML is taken, and malformed YAML refused', async () => {
  await post('metadata:\n  name: from-yaml\ndata: {a: b}\n', { contentType: 'application/yaml' });
  expect(await cluster.client.resource(configMaps).get('from-yaml', inDefault)).toMatchObject({ data: { a: 'b' } });
  const error = await refusal(post('metadata: [', { contentType: 'application/yaml' }));
  expect(error.code).toBe(400);
  expect(error.message).toContain('error converting YAML to JSON');
});

test('other media types are refused', async () => {
  expect((await refusal(post('x', { contentType: 'text/plain' }))).code).toBe(415);
  expect((await refusal(cluster.client.request({ method: 'GET', path, accept: 'text/html' }))).code).toBe(406);
});

test('a body over 3 MiB is refused', async () => {
  const error = await refusal(post(configMap('big', { x: 'y'.repeat(3 * 1024 * 1024) })));
  expect(error.status).toMatchObject({ code: 413, reason: 'RequestEntityTooLarge' });
});

test.each([
  ['GET', '/api/v1/namespaces/default/nothings', 404, 'the server could not find the requested resource'],
  ['GET', '/apis/no.such/v1/things', 404, 'the server could not find the requested resource'],
  ['GET', '/nowhere', 404, 'the server could not find the requested resource'],
  [
    'POST',
    '/api/v1/namespaces/default/configmaps/x',
    405,
    'the server does not allow this method on the requested resource',
  ],
  [
    'PUT',
    '/api/v1/namespaces/default/configmaps',
    405,
    'the server does not allow this method on the requested resource',
  ],
  ['GET', '/api/v1/namespaces/default/configmaps/absent', 404, 'configmaps "absent" not found'],
  [
    'GET',
    '/api/v1/namespaces/default/configmaps/%2e%2e%2fsecrets',
    400,
    'Name parameter invalid: "../secrets": may not contain \'/\'',
  ],
  ['GET', '/api/v1/namespaces/default/pods/x/nothing', 404, 'the server could not find the requested resource'],
] as const)('%s %s is %d', async (method, target, code, message) => {
  const error = await refusal(
    cluster.client.request({
      method,
      path: target,
      ...(method === 'GET' ? {} : { body: { metadata: { name: 'x' } } }),
    }),
  );
  expect(error.status).toMatchObject({ code, message });
});

test('a malformed escape in the path is 400', async () => {
  expect((await refusal(cluster.client.request({ method: 'GET', path: '/api/v1/namespaces/%zz/pods' }))).code).toBe(
    400,
  );
});

test('the name in the URL and the one in the body have to agree', async () => {
  await cluster.client.resource(configMaps).create(configMap('one'));
  const error = await refusal(cluster.client.request({ method: 'PUT', path: `${path}/one`, body: configMap('two') }));
  expect(error.message).toBe('the name of the object (two) does not match the name on the URL (one)');
});

test('causes name the fields of an invalid pod', async () => {
  const error = await refusal(
    cluster.client.resource(pods).create(pod('invalid', { containers: [{ name: 'UPPER', image: '' }] })),
  );
  expect(error.code).toBe(422);
  expect(error.status.details?.causes?.map(({ field }) => field)).toEqual(
    expect.arrayContaining(['spec.containers[0].name', 'spec.containers[0].image']),
  );
});

test('keys that JavaScript treats as special are plain data', async () => {
  await post('{"metadata":{"name":"proto"},"data":{"__proto__":"a","constructor":"b"}}');
  const { body } = await cluster.client.raw({ method: 'GET', path: `${path}/proto` });
  expect(body.toString()).toContain('"__proto__":"a","constructor":"b"');
});

test('what is not HTTP gets no further than the connection', async () => {
  const socket = connect({
    host: '127.0.0.1',
    port: cluster.server.port,
    ca: cluster.config.ca!,
    servername: 'localhost',
  });
  const ended = new Promise<string>((resolve) => {
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    socket.on('close', () => resolve(text));
    socket.on('error', () => resolve(text));
  });
  socket.write('this is not http\r\n\r\n');
  expect(await ended).toMatch(/^HTTP\/1\.1 400/);
  expect(await cluster.client.request({ method: 'GET', path: '/readyz' })).toBe('ok');
});

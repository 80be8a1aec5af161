import { connect as connect2, constants, type ClientHttp2Session } from 'node:http2';
import { connect } from 'node:tls';
import { configMaps } from '@wherry/api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { configMap, refusal } from '../testing/objects.ts';

let cluster: TestApiserver;
beforeAll(async () => {
  cluster = await startTestApiserver();
});
afterAll(() => cluster.close());

const maps = '/api/v1/namespaces/default/configmaps';
const post = (body: string, contentType = 'application/json') =>
  cluster.client.request({ method: 'POST', path: maps, body, contentType });

function tls() {
  const { ca, cert, key } = cluster.config;
  return { ca: ca!, cert: cert!, key: key! };
}

/** What a connection is answered before it is closed. */
function raw(text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: cluster.server.port, ...tls(), ALPNProtocols: ['http/1.1'] });
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.on('close', () => resolve(answer));
    socket.on('error', () => undefined);
    socket.write(text);
  });
}

test.each([
  ['a line that is none', 'what is this\r\n\r\n', '400 Bad Request'],
  ['a method unheard of', 'CONJURE /api HTTP/1.1\r\nhost: x\r\n\r\n', '400 Bad Request'],
  ['a bad header', 'GET /api HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n', '400 Bad Request'],
  [
    'too large a header',
    `GET /api HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(1_200_000)}\r\n\r\n`,
    '431 Request Header Fields Too Large',
  ],
])('%s is answered in plain text, and the connection closed', async (_what, text, status) => {
  const answer = await raw(text);
  expect(answer.slice(0, answer.indexOf('\r\n'))).toBe(`HTTP/1.1 ${status}`);
  expect(answer).toContain('text/plain');
  expect(answer.endsWith(`\r\n\r\n${status}`)).toBe(true);
});

test.each(['PROPFIND', 'TRACE', 'OPTIONS', 'SEARCH'])('%s is a method, but none of ours', async (method) => {
  const answer = await raw(`${method} /api/v1/pods HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 405 /);
  expect(answer).toContain('the server does not allow this method on the requested resource');
});

function ask2(session: ClientHttp2Session, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve) => {
    const stream = session.request({ ':path': '/readyz', ...headers });
    stream.on('response', (reply) => resolve(reply[':status']));
    stream.on('error', () => resolve(undefined));
    stream.on('close', () => resolve(undefined));
    stream.resume();
    stream.end();
  });
}

test('a client that opens streams only to take them back is sent away (CVE-2023-44487)', async () => {
  const session = connect2(cluster.server.url, tls());
  const away = new Promise<number>((resolve) => session.on('goaway', resolve));
  session.on('error', () => undefined);
  await new Promise((resolve) => session.once('connect', resolve));
  let going = true;
  const gone = away.then((code) => {
    going = false;
    return code;
  });
  while (going && !session.destroyed) {
    for (let i = 0; i < 200 && !session.destroyed; i++) {
      const stream = session.request({ ':path': '/readyz' });
      stream.on('error', () => undefined);
      stream.on('ready', () => stream.close(constants.NGHTTP2_CANCEL));
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await gone).not.toBe(constants.NGHTTP2_NO_ERROR);
  expect(await cluster.client.request({ method: 'GET', path: '/readyz' })).toBe('ok');
});

test('over HTTP/2 too, a method that is none of ours is not allowed, and headers may be long', async () => {
  const session = connect2(cluster.server.url, tls());
  session.on('error', () => undefined);
  expect(await ask2(session, { ':path': '/api/v1/pods', ':method': 'CONJURE' })).toBe(405);
  expect(await ask2(session, { long: 'x'.repeat(30_000) })).toBe(200);
  session.close();
});

test.each([
  ['aliases of aliases (CVE-2019-11253)', 'application/yaml', bomb(), /yaml/],
  ['deep YAML (CVE-2019-11254)', 'application/yaml', `metadata: ${'['.repeat(20_000)}`, /exceeded max depth/],
  ['deep JSON', 'application/json', `{"data":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, /exceeded max depth/],
  ['deep JSON that does not end', 'application/json', '[{"a":'.repeat(100_000), /unexpected end of JSON input/],
])('%s cost a 400 and no more', async (_what, contentType, body, message) => {
  const error = await refusal(post(body, contentType));
  expect([error.code, error.message]).toEqual([400, expect.stringMatching(message)]);
});

function bomb(): string {
  const lines = ['a: &a [x,x,x,x,x,x,x,x,x,x]'];
  for (const [name, of] of 'bcdefghi'.split('').map((letter, i) => [letter, 'abcdefgh'[i]!] as const)) {
    lines.push(`${name}: &${name} [${Array.from({ length: 10 }, () => `*${of}`).join(',')}]`);
  }
  return lines.join('\n');
}

test('a body may have 3 MiB and no more', async () => {
  const error = await refusal(post(JSON.stringify(configMap('huge', { a: 'x'.repeat(3 * 1024 * 1024) }))));
  expect(error.status).toMatchObject({ code: 413, reason: 'RequestEntityTooLarge' });
});

test('malformed JSON is said in upstream’s words', async () => {
  const error = await refusal(post('{"metadata": {"name": "x",}}'));
  expect(error.message).toBe(
    `the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: invalid character '}' looking for beginning of object key string ({"metadata": {"name": "x",}})`,
  );
});

test('keys of every name are data, in JSON and in YAML, and come back as they went', async () => {
  const data = JSON.parse('{"__proto__":"a","constructor":"b","prototype":"c","toString":"d"}') as Record<
    string,
    string
  >;
  await post(JSON.stringify(configMap('json-keys', data)).replace('"data":{', '"data":{"__proto__":"a",'));
  await post(
    'metadata: {name: yaml-keys}\ndata: {__proto__: a, constructor: b, prototype: c, toString: d}\n',
    'application/yaml',
  );
  for (const name of ['json-keys', 'yaml-keys']) {
    const { body } = await cluster.client.raw({ method: 'GET', path: `${maps}/${name}` });
    expect(Object.entries((JSON.parse(body.toString()) as { data: object }).data)).toEqual(
      expect.arrayContaining([
        ['__proto__', 'a'],
        ['constructor', 'b'],
        ['toString', 'd'],
      ]),
    );
  }
  expect(({} as Record<string, unknown>)['a']).toBeUndefined();
  await cluster.client.resource(configMaps).list({ labelSelector: 'constructor=x' });
});

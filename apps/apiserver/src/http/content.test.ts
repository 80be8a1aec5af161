import { connect as connect2 } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { gunzipSync } from 'node:zlib';
import { ConfigMap, Pod, configMaps, pods } from '@wherry/api';
import type { ObjectSchema } from '@wherry/apimachinery';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { decodeMessage, readEnvelope } from '../protobuf/decode.ts';
import { encodeEnvelope, encodeMessage } from '../protobuf/encode.ts';
import { schemaOfKind } from '../protobuf/kinds.ts';
import { WireReader } from '../protobuf/wire.ts';
import { configMap, pod } from '../testing/objects.ts';

let cluster: TestApiserver;
beforeAll(async () => {
  cluster = await startTestApiserver();
  for (const name of ['a', 'b']) await cluster.client.resource(configMaps).create(configMap(name, { key: 'wärt' }));
});
afterAll(() => cluster.close());

const maps = '/api/v1/namespaces/default/configmaps';
const protobuf = 'application/vnd.kubernetes.protobuf';

interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/** Bare, so that no client's own idea of content gets between. `enough` ends the reading of a stream. */
function ask(
  path: string,
  headers: Record<string, string> = {},
  more: { method?: string; body?: Buffer | string; enough?: (body: Buffer) => boolean } = {},
): Promise<Reply> {
  const { ca, cert, key } = cluster.config;
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      {
        host: '127.0.0.1',
        port: cluster.server.port,
        path,
        method: more.method ?? 'GET',
        headers,
        ca: ca!,
        cert: cert!,
        key: key!,
      },
      (reply) => {
        let body = Buffer.alloc(0);
        const done = () => resolve({ status: reply.statusCode ?? 0, headers: reply.headers, body });
        reply.on('data', (chunk: Buffer) => {
          body = Buffer.concat([body, chunk]);
          if (more.enough?.(body)) {
            done();
            request.destroy();
          }
        });
        reply.on('end', done);
      },
    );
    request.on('error', reject);
    if (more.body !== undefined) request.setHeader('content-length', Buffer.byteLength(more.body));
    request.end(more.body);
  });
}

function decoded(body: Buffer): { kind: string; apiVersion: string; object: Record<string, unknown> } {
  const { kind, apiVersion, raw } = readEnvelope(body);
  return { kind, apiVersion, object: decodeMessage(schemaOfKind(apiVersion, kind)!, raw) };
}

/** metadata is field 1, items are field 2 of every list. */
function listed(body: Buffer, schema: ObjectSchema) {
  const { kind, apiVersion, raw } = readEnvelope(body);
  const reader = new WireReader(raw);
  const items: Record<string, unknown>[] = [];
  while (reader.next()) if (reader.number === 2) items.push(decodeMessage(schema, reader.bytes));
  return { kind, apiVersion, items };
}

test('an object and a list can be had as protobuf, with the same in them as in JSON', async () => {
  const [json, one] = await Promise.all([ask(`${maps}/a`), ask(`${maps}/a`, { accept: protobuf })]);
  expect(one.headers['content-type']).toBe(protobuf);
  const { kind, apiVersion, ...rest } = JSON.parse(json.body.toString()) as Record<string, unknown>;
  expect(decoded(one.body)).toEqual({ kind, apiVersion, object: rest });
  const list = await ask(maps, { accept: `${protobuf},application/json` });
  expect(list.headers['content-type']).toBe(protobuf);
  expect(Number(list.headers['content-length'])).toBe(list.body.length);
  const { items, ...type } = listed(list.body, ConfigMap);
  expect(type).toEqual({ kind: 'ConfigMapList', apiVersion: 'v1' });
  expect(items).toContainEqual(rest);
});

test('a watch in protobuf is a sequence of frames, each with its length', async () => {
  const frames = (body: Buffer) => {
    const found: Buffer[] = [];
    for (let at = 0; at + 4 <= body.length; ) {
      const length = body.readUInt32BE(at);
      if (at + 4 + length > body.length) break;
      found.push(body.subarray(at + 4, at + 4 + length));
      at += 4 + length;
    }
    return found;
  };
  const query =
    'watch=1&fieldSelector=metadata.name=a&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=1';
  const reply = await ask(
    `${maps}?${query}`,
    { accept: `${protobuf};stream=watch` },
    { enough: (body) => frames(body).length === 2 },
  );
  expect(reply.headers['content-type']).toBe(`${protobuf};stream=watch`);
  const events = frames(reply.body).map((frame) => {
    const reader = new WireReader(frame);
    reader.next();
    const type = reader.text;
    reader.next();
    const { inner } = reader;
    inner.next();
    return { type, ...decoded(inner.bytes) };
  });
  expect(events).toMatchObject([
    { type: 'ADDED', kind: 'ConfigMap', object: { metadata: { name: 'a' }, data: { key: 'wärt' } } },
    { type: 'BOOKMARK', object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } } },
  ]);
});

test('what is sent as protobuf is answered as protobuf, errors too', async () => {
  const send = (object: object) =>
    ask(
      '/api/v1/namespaces/default/pods',
      { accept: protobuf, 'content-type': protobuf },
      {
        method: 'POST',
        body: encodeEnvelope('v1', 'Pod', encodeMessage(Pod, object)),
      },
    );
  const created = await send(pod('sent'));
  expect([created.status, created.headers['content-type']]).toEqual([201, protobuf]);
  expect(decoded(created.body)).toMatchObject({
    kind: 'Pod',
    object: { metadata: { name: 'sent' }, spec: { restartPolicy: 'Always' } },
  });
  const again = await send(pod('sent'));
  expect([again.status, again.headers['content-type']]).toEqual([409, protobuf]);
  expect(decoded(again.body)).toMatchObject({ kind: 'Status', object: { reason: 'AlreadyExists', code: 409 } });
  const options = encodeEnvelope(
    'v1',
    'DeleteOptions',
    encodeMessage(schemaOfKind('v1', 'DeleteOptions')!, { gracePeriodSeconds: 0 }),
  );
  const gone = await ask(
    '/api/v1/namespaces/default/pods/sent',
    { accept: protobuf, 'content-type': protobuf },
    { method: 'DELETE', body: options },
  );
  expect(gone.status).toBe(200);
  expect(await cluster.client.resource(pods).list({ namespace: 'default' })).toMatchObject({ items: [] });
});

test('metadata alone can be had as protobuf; a table is JSON, or what the client can take instead', async () => {
  const partial = `${protobuf};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1`;
  const { items, kind } = listed(
    (await ask(maps, { accept: partial })).body,
    schemaOfKind('meta.k8s.io/v1', 'PartialObjectMetadata')!,
  );
  expect([kind, items[0]]).toMatchObject(['PartialObjectMetadataList', { metadata: { name: 'a' } }]);
  const table = `${protobuf};as=Table;g=meta.k8s.io;v=v1`;
  expect((await ask(maps, { accept: table })).status).toBe(406);
  const other = await ask(maps, { accept: `${table},application/json;as=Table;g=meta.k8s.io;v=v1beta1` });
  expect(JSON.parse(other.body.toString())).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1beta1' });
});

test.each([
  ['application/vnd.kubernetes.protobuf;q=0.5,application/json', 'application/json'],
  ['application/json;q=0.1, application/yaml;q=0.9', 'application/yaml'],
  ['text/html, application/*', 'application/json'],
  ['*/*;q=0.1,application/vnd.kubernetes.protobuf', protobuf],
  ['application/json;charset=utf-8', 'application/json'],
  ['application/json;as=Unheard;g=meta.k8s.io;v=v1,application/yaml', 'application/yaml'],
])('%s is answered with %s', async (accept, contentType) => {
  for (const path of [maps, `${maps}/a`])
    expect((await ask(path, { accept })).headers['content-type']).toBe(contentType);
});

test.each([
  ['get', `${maps}/a`, 'application/cbor', 'application/json, application/yaml, application/vnd.kubernetes.protobuf'],
  ['list', maps, 'text/html', 'application/json, application/yaml, application/vnd.kubernetes.protobuf'],
  [
    'watch',
    `${maps}?watch=1`,
    'application/yaml',
    'application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch',
  ],
])('a %s of %s as %s is not acceptable', async (_verb, path, accept, accepted) => {
  const reply = await ask(path, { accept });
  expect(reply.status).toBe(406);
  const { message, reason } = parse(reply.body.toString()) as { message: string; reason: string };
  expect([message, reason]).toEqual([`only the following media types are accepted: ${accepted}`, 'NotAcceptable']);
});

test('CBOR is no body', async () => {
  const reply = await ask(maps, { 'content-type': 'application/cbor' }, { method: 'POST', body: Buffer.from([0xa0]) });
  expect(reply.status).toBe(415);
});

test('YAML has in it what JSON has', async () => {
  await cluster.client.resource(configMaps).create(
    configMap('strange', {
      empty: '',
      yes: 'yes',
      number: '1e3',
      lines: 'a\n b:\n\u2028',
      quote: '"\'',
      dash: '- x',
      date: '2026-01-01',
      null: 'null',
    }),
  );
  for (const path of [
    maps,
    `${maps}/strange`,
    '/api/v1/namespaces/default/pods',
    '/api/v1/namespaces/default/absent',
  ]) {
    const [json, yaml] = await Promise.all([ask(path), ask(path, { accept: 'application/yaml' })]);
    expect(yaml.headers['content-type']).toBe('application/yaml');
    expect(parse(yaml.body.toString())).toEqual(JSON.parse(json.body.toString()));
  }
});

test.each([
  [`${maps}?pretty=true`, {}],
  [maps, { 'user-agent': 'curl/8.0' }],
  [`${maps}/a`, { accept: 'application/json;pretty=1' }],
])('%s %j is indented', async (path, headers: Record<string, string>) => {
  const { body } = await ask(path, headers);
  const text = body.toString();
  expect(text).toBe(JSON.stringify(JSON.parse(text), null, 2));
  expect(
    (await ask(`${path}${path.includes('?') ? '&' : '?'}pretty=0`.replace('pretty=true&', ''))).body.toString(),
  ).not.toContain('\n  ');
});

test('only what is large is compressed', async () => {
  const small = await ask(maps, { 'accept-encoding': 'gzip' });
  expect(small.headers['content-encoding']).toBeUndefined();
  await cluster.client.resource(configMaps).create(configMap('large', { text: 'x'.repeat(200_000) }));
  for (const path of [maps, `${maps}/large`, `${maps}?pretty=1`]) {
    const [plain, large] = await Promise.all([ask(path), ask(path, { 'accept-encoding': 'deflate, gzip;q=1.0' })]);
    expect(large.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    expect(gunzipSync(large.body).equals(plain.body)).toBe(true);
    expect(large.body.length).toBeLessThan(10_000);
  }
});

test('over HTTP/2 large answers are compressed as well, and come whole', async () => {
  const { ca, cert, key } = cluster.config;
  const session = connect2(cluster.server.url, { ca: ca!, cert: cert!, key: key! });
  const stream = session.request({ ':path': maps, 'accept-encoding': 'gzip' });
  const headers = new Promise<Record<string, unknown>>((resolve) => stream.on('response', resolve));
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  session.close();
  expect(await headers).toMatchObject({ 'content-encoding': 'gzip' });
  expect(gunzipSync(Buffer.concat(chunks)).equals((await ask(maps)).body)).toBe(true);
});

test('discovery speaks protobuf too; what is no object of the API stays JSON', async () => {
  const reply = await ask('/apis/apps/v1', { accept: `${protobuf},application/json` });
  expect(decoded(reply.body)).toMatchObject({ kind: 'APIResourceList', object: { groupVersion: 'apps/v1' } });
  const { resources } = decoded(reply.body).object as { resources: { name: string; verbs: string[] }[] };
  expect(resources.find(({ name }) => name === 'deployments')?.verbs).toContain('watch');
  expect((await ask('/version', { accept: protobuf })).headers['content-type']).toBe('application/json');
});

test('custom resources have no protobuf, but their metadata has', async () => {
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.org' },
    spec: {
      group: 'example.org',
      scope: 'Cluster',
      names: { plural: 'things', kind: 'Thing' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  };
  await cluster.client.request({
    method: 'POST',
    path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    body: definition,
  });
  const path = '/apis/example.org/v1/things';
  await vi.waitUntil(async () => (await ask(path)).status === 200);
  await cluster.client.request({
    method: 'POST',
    path,
    body: { apiVersion: 'example.org/v1', kind: 'Thing', metadata: { name: 'a' } },
  });
  expect((await ask(path, { accept: protobuf })).status).toBe(406);
  expect((await ask(path, { accept: `${protobuf},application/json` })).headers['content-type']).toBe(
    'application/json',
  );
  const partial = await ask(`${path}/a`, { accept: `${protobuf};as=PartialObjectMetadata;g=meta.k8s.io;v=v1` });
  expect(decoded(partial.body)).toMatchObject({ kind: 'PartialObjectMetadata', object: { metadata: { name: 'a' } } });
  const sent = await ask(path, { 'content-type': protobuf }, { method: 'POST', body: Buffer.from('k8s\0') });
  expect(sent.status).toBe(415);
  // The definition itself is as built in as any kind, its schema a message within messages.
  const read = await ask('/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.example.org', {
    accept: protobuf,
  });
  expect(decoded(read.body).object).toMatchObject({
    spec: { versions: [{ schema: { openAPIV3Schema: { type: 'object' } } }] },
  });
});

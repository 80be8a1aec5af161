import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { request } from 'node:https';
import { networkInterfaces } from 'node:os';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import { endpointSlices, nodes, pods, services } from '@wherry/api';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { WebSocketServer } from 'ws';
import { pod, refusal } from '../testing/objects.ts';

/** EndpointSlices may not name loopback, so the backend is found by another address of this machine. */
const address = Object.values(networkInterfaces())
  .flatMap((list) => list ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

let cluster: TestApiserver;
let backend: Server;
let port: number;
let openStreams = 0;
const sockets = new WebSocketServer({ noServer: true, handleProtocols: (offered) => [...offered][0] ?? false });
let seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];
const page = `<html><head><link rel=stylesheet href=/style.css><script>x = '<a href="/not">'</script></head>
<!-- <a href="/comment"> --><body><a href="/a?b#c">1</a><a href='relative'>2</a><img src="http://elsewhere/x.png"></body></html>`;

beforeAll(async () => {
  cluster = await startTestApiserver();
  backend = createServer((incoming, response) => void answer(incoming, response));
  backend.on('upgrade', (incoming, socket: Duplex, head: Buffer) => {
    seen.push({ method: incoming.method ?? '', url: incoming.url ?? '', headers: incoming.headers, body: '' });
    sockets.handleUpgrade(incoming, socket, head, (client) => client.on('message', (data) => client.send(data)));
  });
  backend.listen(0, '0.0.0.0');
  await once(backend, 'listening');
  ({ port } = backend.address() as AddressInfo);
  const { client } = cluster;
  await client.resource(nodes).create({ metadata: { name: 'n1' }, spec: {} });
  const containers = [{ name: 'app', image: 'x', ports: [{ containerPort: port }] }];
  await client.resource(pods).create(pod('p', { nodeName: 'n1', containers }));
  const ip = address ?? '127.0.0.1';
  await status('/api/v1/namespaces/default/pods/p/status', { podIP: ip, podIPs: [{ ip }] });
  await status('/api/v1/nodes/n1/status', {
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    daemonEndpoints: { kubeletEndpoint: { Port: 1 } },
  });
});
beforeEach(() => {
  seen = [];
});
afterAll(async () => {
  await cluster.close();
  backend.closeAllConnections();
  backend.close();
});

async function answer(incoming: IncomingMessage, response: import('node:http').ServerResponse): Promise<void> {
  const { method = '', url = '', headers } = incoming;
  if (url.startsWith('/early')) {
    response.writeHead(413, { connection: 'close' }).end('too much');
    return;
  }
  const body = url === '/swallow' ? '' : await text(incoming);
  seen.push({ method, url, headers, body });
  if (url === '/redirect') response.writeHead(302, { location: '/next?x=1' }).end();
  else if (url === '/away') response.writeHead(302, { location: 'http://elsewhere/x' }).end();
  else if (url === '/page') response.writeHead(200, { 'content-type': 'text/html' }).end(page);
  else if (url === '/zipped')
    response.writeHead(200, { 'content-type': 'text/html', 'content-encoding': 'gzip' }).end(gzipSync(page));
  else if (url === '/stream') {
    openStreams++;
    response.once('close', () => openStreams--);
    response.write('first');
  } else
    response
      .writeHead(201, { 'x-own': 'yes', connection: 'x-hop', 'x-hop': 'no', 'keep-alive': 'timeout=9' })
      .end(`${method} ${url} ${body}`);
}

function status(path: string, value: object) {
  const contentType = 'application/merge-patch+json';
  return cluster.client.request({ method: 'PATCH', path, contentType, body: { status: value } });
}

const base = () => `/api/v1/namespaces/default/pods/p:${port}/proxy`;

/** Over HTTP/1.1, with whatever method and headers. */
async function h1(method: string, path: string, headers: Record<string, string> = {}, body?: string | Buffer) {
  const { ca, cert, key } = cluster.config;
  const { port: apiPort } = cluster.server;
  const tls = { ca: ca!, cert: cert!, key: key! };
  const sent = request({ host: '127.0.0.1', port: apiPort, method, path, headers, agent: false, ...tls });
  sent.end(body);
  const [reply] = (await once(sent, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of reply as AsyncIterable<Buffer>) chunks.push(chunk);
  return { code: reply.statusCode, headers: reply.headers, body: Buffer.concat(chunks) };
}

test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('%s reaches a pod as it was sent', async (method) => {
  const body = method === 'GET' || method === 'OPTIONS' ? '' : 'words';
  const {
    code,
    headers,
    body: said,
  } = await h1(
    method,
    `${base()}/a%2Fb/../c?dryRun=maybe&x=%20`,
    body === '' ? {} : { 'content-type': 'application/whatever', 'transfer-encoding': 'chunked' },
    body,
  );
  expect([code, said.toString()]).toEqual([201, `${method} /a%2Fb/../c?dryRun=maybe&x=%20 ${body}`]);
  expect(seen).toHaveLength(1);
  expect(headers['x-own']).toBe('yes');
  expect(headers['x-hop']).toBeUndefined();
  expect(headers['keep-alive']).not.toBe('timeout=9');
});

test('HEAD has no body', async () => {
  const { code, body } = await h1('HEAD', `${base()}/x`);
  expect([code, body.length, seen[0]?.method]).toEqual([201, 0, 'HEAD']);
});

test('what proves who asks stays here; what tells of the way is added', async () => {
  await h1('GET', `${base()}/x`, {
    cookie: 'kept=1',
    'impersonate-user': 'admin',
    'impersonate-group': 'system:masters',
    'x-remote-user': 'somebody',
    connection: 'x-mine',
    'x-mine': '1',
    te: 'trailers',
    'x-forwarded-for': '192.0.2.9',
  });
  const { headers } = seen[0]!;
  expect(headers).toMatchObject({
    cookie: 'kept=1',
    host: `${address}:${port}`,
    'x-forwarded-for': '192.0.2.9, 127.0.0.1',
    'x-forwarded-uri': `${base()}/x`,
  });
  for (const name of ['impersonate-user', 'impersonate-group', 'x-remote-user', 'x-mine', 'te', 'authorization'])
    expect(headers).not.toHaveProperty(name);
});

test('HTTP/2 clients are served alike', async () => {
  const said = await cluster.client.request<string>({ method: 'POST', path: `${base()}/x`, body: 'over h2' });
  expect(said).toBe('POST /x over h2');
});

test('a body of more than an object may have goes through', async () => {
  const body = 'x'.repeat(5 << 20);
  const { code, body: said } = await h1('POST', `${base()}/big`, {}, body);
  expect([code, said.length]).toEqual([201, body.length + 'POST /big '.length]);
  expect(seen[0]?.body.length).toBe(body.length);
});

test('a backend that refuses a body before it has read it is heard', async () => {
  const { code, body } = await h1('POST', `${base()}/early`, {}, 'x'.repeat(1000));
  expect([code, body.toString()]).toEqual([413, 'too much']);
});

test('what streams comes as it is written, and ends at the backend when the client goes', async () => {
  const end = new AbortController();
  const { body } = await cluster.client.stream({ method: 'GET', path: `${base()}/stream`, signal: end.signal });
  for await (const chunk of body as AsyncIterable<Buffer>) {
    expect(chunk.toString()).toBe('first');
    break;
  }
  end.abort();
  await vi.waitUntil(() => openStreams === 0);
});

test('without a slash the client is sent to where relative links work', async () => {
  const { code, headers } = await h1('GET', `${base()}?a=b`);
  expect([code, headers.location]).toEqual([301, `${base()}/?a=b`]);
  expect((await h1('POST', base())).code).toBe(201);
  expect(seen.map(({ url }) => url)).toEqual(['/']);
});

test('redirects are passed on, never followed; those within the backend lead through the proxy', async () => {
  expect((await h1('GET', `${base()}/redirect`)).headers.location).toBe(`${base()}/next?x=1`);
  expect((await h1('GET', `${base()}/away`)).headers.location).toBe('http://elsewhere/x');
  expect(seen.map(({ url }) => url)).toEqual(['/redirect', '/away']);
});

test('links of a page lead through the proxy', async () => {
  const rewritten = page
    .replace('href=/style.css', `href=${base()}/style.css`)
    .replace('"/a?b#c"', `"${base()}/a?b#c"`);
  expect((await h1('GET', `${base()}/page`)).body.toString()).toBe(rewritten);
  expect(gunzipSync((await h1('GET', `${base()}/zipped`)).body).toString()).toBe(rewritten);
});

test('a pod is found by its first port, by a port, by a scheme; what cannot be is refused', async () => {
  const at = (id: string) => `/api/v1/namespaces/default/pods/${id}/proxy/x`;
  expect((await h1('GET', at('p'))).code).toBe(201);
  expect((await h1('GET', at(`http:p:${port}`))).code).toBe(201);
  const message = async (id: string) =>
    (await refusal(cluster.client.request({ method: 'GET', path: at(id) }))).message;
  expect(await message('ftp:p:1')).toBe('invalid pod request "ftp:p:1"');
  expect(await message('p:web')).toBe('invalid pod request "p:web"');
  expect(await message('absent')).toBe('pods "absent" not found');
  expect(await message('p:1')).toMatch(/^error trying to reach service: .*ECONNREFUSED/);
});

test('a node is found by its kubelet’s port or another', async () => {
  const path = `/api/v1/nodes/n1:${port}/proxy/metrics`;
  expect((await h1('GET', path)).body.toString()).toBe('GET /metrics ');
  expect((await refusal(cluster.client.request({ method: 'GET', path: '/api/v1/nodes/n2/proxy/' }))).message).toBe(
    'nodes "n2" not found',
  );
});

test.skipIf(address === undefined)('a service is found by the name or number of its port', async () => {
  const { client } = cluster;
  const ports = [{ name: 'web', port: 80, targetPort: 1 }];
  const service = { metadata: { name: 's', namespace: 'default' }, spec: { ports } };
  await client.resource(services).create(service as Parameters<ReturnType<typeof client.resource<never>>['create']>[0]);
  const at = (id: string) =>
    client.request<string>({ method: 'GET', path: `/api/v1/namespaces/default/services/${id}/proxy/x` });
  expect((await refusal(at('s:80'))).message).toBe('no endpoints available for service "s:80"');
  const slice = (name: string, targetRef: object | undefined) =>
    client.resource(endpointSlices).create({
      metadata: { name, namespace: 'default', labels: { 'kubernetes.io/service-name': 's' } },
      addressType: 'IPv4',
      ports: [{ name: 'web', port }],
      endpoints: [{ addresses: [address!], targetRef }],
    } as never);
  // Of nobody, or of a pod that has another address: whoever writes slices could send the apiserver anywhere.
  await slice('nobody', undefined);
  expect((await refusal(at('s:80'))).message).toBe('no endpoints available for service "s:80"');
  await slice('pod', { kind: 'Pod', name: 'p', namespace: 'default' });
  for (const id of ['s:80', 's:web', 'http:s:web']) expect(await at(id)).toBe('GET /x ');
  expect((await refusal(at('s:81'))).message).toBe('no service port 81 found for service "s"');
  expect((await refusal(at('absent'))).message).toBe('services "absent" not found');
});

test('a WebSocket goes through to a pod, under the protocol that the pod chose', async () => {
  const socket = await cluster.client.webSocket(`${base()}/chat`, { room: '1' }, ['chat', 'other']);
  expect(socket.protocol).toBe('chat');
  socket.send('hello');
  const [said] = (await once(socket, 'message')) as [Buffer];
  expect(said.toString()).toBe('hello');
  expect(seen[0]).toMatchObject({ url: '/chat?room=1', headers: { host: `${address}:${port}` } });
  socket.terminate();
});

import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { createServer, type Server } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { clusterRoleBindings, clusterRoles, nodes, pods } from '@wherry/api';
import { RestClient, type ClientConfig } from '@wherry/client';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { pod, refusal } from '../testing/objects.ts';
import { isProxyable, resolveOnce } from './addresses.ts';
import { Connector } from './connector.ts';

/** A kubelet that answers every connection with the same bytes, and remembers what it was sent. */
let cluster: TestApiserver;
let kubelet: Server;
let answer = '';
let heard: string[] = [];
const sockets = new Set<TLSSocket>();

const pathOf = (subresource: string) => `/api/v1/namespaces/default/pods/p/${subresource}`;
const streams = [
  `${pathOf('exec')}?command=x&stdin=true&stdout=true`,
  `${pathOf('attach')}?stdin=true&stdout=true`,
  `${pathOf('portforward')}?ports=80`,
  '/api/v1/nodes/n1/proxy/exec/default/p/app?command=x&input=1',
];

beforeAll(async () => {
  cluster = await startTestApiserver();
  kubelet = createServer({ ...cluster.serving }, (socket) => {
    const index = heard.push('') - 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      heard[index] += chunk.toString('latin1');
      if (heard[index]!.endsWith('\r\n\r\n')) socket.write(answer);
    });
  });
  kubelet.listen(0, '127.0.0.1');
  await once(kubelet, 'listening');
  await addNode(cluster, [{ type: 'InternalIP', address: '127.0.0.1' }]);
});
beforeEach(() => {
  heard = [];
});
afterAll(async () => {
  await cluster.close();
  for (const socket of sockets) socket.destroy();
  kubelet.close();
});

async function addNode({ client }: TestApiserver, addresses: object[]): Promise<void> {
  const { port } = kubelet.address() as AddressInfo;
  await client.resource(nodes).create({ metadata: { name: 'n1' }, spec: {} });
  const status = { addresses, daemonEndpoints: { kubeletEndpoint: { Port: port } } };
  const contentType = 'application/merge-patch+json';
  await client.request({ method: 'PATCH', path: '/api/v1/nodes/n1/status', contentType, body: { status } });
  await client.resource(pods).create(pod('p', { nodeName: 'n1' }));
}

const spdy = 'Upgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io';
const webSocket = (protocols: string) =>
  `Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: ${protocols}`;

/** Sends an upgrade with something behind it, then more once there is an answer; resolves when the connection ends. */
async function attack(path: string, headers: string, config: ClientConfig = cluster.config): Promise<string> {
  const { ca, cert, key } = config;
  const socket = connect({ host: '127.0.0.1', port: cluster.server.port, ca: ca!, cert: cert!, key: key! });
  socket.on('error', () => undefined);
  let said = '';
  socket.on('data', (chunk) => {
    said += chunk.toString('latin1');
    if (!socket.writableEnded) socket.write('GET /later HTTP/1.1\r\nHost: x\r\n\r\n');
  });
  const method = headers.includes('SPDY') ? 'POST' : 'GET';
  socket.write(`${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n${headers}\r\n\r\n`);
  socket.write('GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(socket, 'close');
  return said;
}

const bodies = (text: string) => `Content-Length: ${text.length}\r\n\r\n${text}`;
const answers = {
  'a plain answer': [`HTTP/1.1 200 OK\r\n${bodies('fine')}`, 200],
  'a plain answer that looks upgraded': [
    `HTTP/1.1 200 OK\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n${bodies('')}`,
    200,
  ],
  'an error': [`HTTP/1.1 404 Not Found\r\n${bodies('no such thing')}`, 404],
  'a redirect': [`HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1:1/elsewhere\r\n${bodies('')}`, 302],
  'a switch to nothing': ['HTTP/1.1 101 Switching Protocols\r\n\r\n', 500],
  'no HTTP at all': ['SSH-2.0-hello\r\n', 503],
} as const;

test.each(Object.entries(answers))('%s to an upgrade opens no way to the backend', async (_name, [reply, code]) => {
  answer = reply;
  for (const path of streams) {
    for (const headers of [spdy, webSocket('v5.channel.k8s.io'), webSocket('v4.channel.k8s.io')]) {
      const said = await attack(path, headers);
      expect(said).toMatch(/^HTTP\/1\.1 \d{3} /);
      expect(said).not.toContain('HTTP/1.1 101');
      if (!headers.includes('v5')) expect(Number(said.slice(9, 12))).toBe(code);
      expect(said.toLowerCase()).toContain('connection: close');
      expect(said.match(/HTTP\/1\.1/g)).toHaveLength(1);
    }
  }
  expect(heard.join()).not.toMatch(/smuggled|later|elsewhere/);
  expect(heard).toHaveLength(streams.length * 3);
});

test('after a 101, and only then, bytes go both ways', async () => {
  answer = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\nfrom the kubelet';
  const { ca, cert, key } = cluster.config;
  const socket = connect({ host: '127.0.0.1', port: cluster.server.port, ca: ca!, cert: cert!, key: key! });
  socket.write(`POST ${streams[0]} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n${spdy}\r\n\r\n`);
  const [first] = (await once(socket, 'data')) as [Buffer];
  expect(first.toString()).toContain('101 Switching Protocols');
  const closed = once(socket, 'close');
  for (const one of sockets) one.destroy();
  await closed;
});

test('what names the client to the apiserver does not reach the backend', async () => {
  answer = answers['an error'][0];
  const secrets =
    'Authorization: Basic c2VjcmV0\r\nImpersonate-User: kubernetes-admin\r\nImpersonate-Group: system:masters\r\nX-Remote-User: somebody';
  for (const path of streams) await attack(path, `${webSocket('v4.channel.k8s.io')}\r\n${secrets}`);
  expect(heard).toHaveLength(streams.length);
  expect(heard.join().toLowerCase()).not.toMatch(/authorization|impersonate|x-remote/);
});

test('the bearer token in a WebSocket’s protocols is for the apiserver alone', async () => {
  answer = answers['an error'][0];
  const token = 'base64url.bearer.authorization.k8s.io.c2VjcmV0';
  for (const path of streams) await attack(path, webSocket(`${token}, v4.channel.k8s.io`));
  expect(heard).toHaveLength(streams.length);
  expect(heard.join()).not.toContain('bearer');
});

test('an upgrade is judged as the one that its sender acts as', async () => {
  for (const path of streams) {
    const said = await attack(path, `${webSocket('v5.channel.k8s.io')}\r\nImpersonate-User: jane`);
    expect(said).toMatch(/^HTTP\/1\.1 403 [\s\S]*User \\"jane\\" cannot get resource/);
  }
  expect(heard).toEqual([]);
});

test('to read is not to run: a WebSocket by GET needs the right to create', async () => {
  const resources = ['pods/exec', 'pods/attach', 'pods/portforward', 'nodes/proxy'];
  await cluster.client.resource(clusterRoles).create({
    metadata: { name: 'reader' },
    rules: [{ apiGroups: [''], resources, verbs: ['get', 'list', 'watch'] }],
  } as never);
  await cluster.client.resource(clusterRoleBindings).create({
    metadata: { name: 'reader' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reader' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'reader' }],
  } as never);
  const config = await cluster.configFor('reader');
  for (const path of streams) {
    const said = await attack(path, webSocket('v5.channel.k8s.io'), config);

    expect(said).toMatch(/^HTTP\/1\.1 403 [\s\S]* is forbidden: /);
  }
  expect(heard).toEqual([]);
});

test('over HTTP/2 there are no upgrades: it says so, and the connection goes on', async () => {
  const { servers, ca, cert, key } = cluster.config;
  const session = connectHttp2(servers[0]!, { ca: ca!, cert: cert!, key: key! });
  const ask = async (headers: Record<string, string>) => {
    const stream = session.request(headers, { endStream: true });
    stream.on('error', () => undefined);
    stream.resume();
    const settled = await Promise.race([
      once(stream, 'response').then(([got]) => (got as Record<string, unknown>)[':status']),
      once(stream, 'close').then(() => 'reset'),
    ]);
    stream.close();
    return settled;
  };
  expect(await ask({ ':method': 'POST', ':path': streams[0]! })).toBe(400);
  expect(await ask({ ':method': 'GET', ':path': streams[2]! })).toBe(400);
  expect(session.remoteSettings.enableConnectProtocol ?? false).toBe(false);
  expect(await ask({ ':method': 'GET', ':path': '/readyz' })).toBe(200);
  session.close();
});

test.each([
  '127.0.0.1',
  '127.1.2.3',
  '0.0.0.0',
  '169.254.169.254',
  '224.0.0.1',
  '255.255.255.255',
  '::1',
  '::',
  'fe80::1',
  'ff02::1',
  '::ffff:127.0.0.1',
  '::ffff:169.254.169.254',
])('%s is never connected to', async (address) => {
  expect(isProxyable(address)).toBe(false);
  await expect(resolveOnce(address, { allowLoopback: false })).rejects.toThrow('address not allowed');
});

test.each(['localhost', '127.1', '2130706433', '0x7f.1'])('%s is looked up before it is believed', async (host) => {
  await expect(resolveOnce(host, { allowLoopback: false })).rejects.toThrow(/address not allowed|is not known/);
});

test('a name is looked up once: what was checked is what is dialled', async () => {
  answer = `HTTP/1.1 200 OK\r\n${bodies('here')}`;
  const { port } = kubelet.address() as AddressInfo;
  const connector = new Connector(undefined);
  const endpoint = { scheme: 'https', address: '127.0.0.1', host: 'rebinds.invalid', port, kubelet: true } as const;
  const signal = new AbortController().signal;
  const sent = connector.open(endpoint, { method: 'GET', path: '/', headers: {}, upgrade: false, signal });
  sent.end();
  const [reply] = (await once(sent, 'response')) as [{ statusCode: number; resume(): void }];
  reply.resume();
  expect(reply.statusCode).toBe(200);
  connector.close();
});

test.each([
  [{ type: 'InternalIP', address: '127.0.0.1' }],
  [{ type: 'InternalIP', address: '169.254.169.254' }],
  [{ type: 'Hostname', address: 'localhost' }],
])('a node that says it is %j is not connected to', async (address) => {
  const strict = await startTestApiserver({ allowLoopbackNodes: false });
  try {
    await addNode(strict, [address]);
    const client = new RestClient(strict.config);
    for (const path of ['/api/v1/nodes/n1/proxy/pods', '/api/v1/nodes/n1:22/proxy/', pathOf('log')]) {
      const { code, message } = await refusal(client.request({ method: 'GET', path }));
      expect([code, message]).toEqual([400, 'address not allowed']);
    }
    const socket = client.webSocket(pathOf('exec'), { command: 'x', stdout: 'true' }, ['v5.channel.k8s.io']);
    expect((await refusal(socket)).message).toBe('address not allowed');
    client.close();
  } finally {
    await strict.close();
  }
  expect(heard).toEqual([]);
});

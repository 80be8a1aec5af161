import { createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { nodes, pods } from '@wherry/api';
import { RestClient } from '@wherry/client';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import * as ws from 'ws';
import { SpdyConnection, type SpdyStream } from '@wherry/streaming';
import { once } from 'node:events';
import { Duplex, type Writable } from 'node:stream';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { pod, refusal } from '../testing/objects.ts';

let cluster: TestApiserver;
let kubelet: Server;
let asked: string[] = [];
let answer: { status: number; body: string } = { status: 200, body: '' };
let openStreams = 0;
/** What the kubelet does with an upgrade that it takes: says back what comes on stdin, then how it ended. */
let upgraded: SpdyConnection[] = [];

beforeAll(async () => {
  cluster = await startTestApiserver();
  kubelet = createServer({ ...cluster.serving, ca: cluster.config.ca!, requestCert: true }, (request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(answer.status, { 'content-type': 'text/plain' });
    response.write(answer.body);
    if (!request.url?.includes('follow=true')) {
      response.end();
      return;
    }
    openStreams++;
    response.on('close', () => openStreams--);
  });
  kubelet.on('upgrade', (request, socket, head: Buffer) => {
    asked.push(request.url ?? '');
    if (answer.status !== 200) {
      socket.end(`HTTP/1.1 ${answer.status} No\r\nContent-Length: ${answer.body.length}\r\n\r\n${answer.body}`);
      return;
    }
    socket.on('error', () => socket.destroy());
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n',
    );
    if (head.length > 0) socket.unshift(head);
    upgraded.push(echo(socket));
  });
  await new Promise<void>((resolve) => {
    kubelet.listen(0, '127.0.0.1', resolve);
  });
  const { port } = kubelet.address() as AddressInfo;
  await cluster.client.resource(nodes).create({ metadata: { name: 'n1' }, spec: {} });
  await cluster.client.request({
    method: 'PATCH',
    path: '/api/v1/nodes/n1/status',
    contentType: 'application/merge-patch+json',
    body: {
      status: {
        addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
        daemonEndpoints: { kubeletEndpoint: { Port: port } },
      },
    },
  });
  await cluster.client.resource(pods).create(pod('p', { nodeName: 'n1' }));
  await cluster.client.resource(pods).create(pod('waiting'));
  await cluster.client.resource(pods).create(
    pod('two', {
      nodeName: 'n1',
      containers: [
        { name: 'a', image: 'x' },
        { name: 'b', image: 'x' },
      ],
    }),
  );
});
beforeEach(() => {
  asked = [];
  upgraded = [];
  answer = { status: 200, body: 'hello\n' };
});
afterAll(async () => {
  await cluster.close();
  kubelet.closeAllConnections();
  kubelet.close();
});

const logs = (name: string, query: Record<string, string> = {}) =>
  cluster.client.request<string>({ method: 'GET', path: `/api/v1/namespaces/default/pods/${name}/log`, query });

test('logs come from the pod’s kubelet, with what was asked for', async () => {
  expect(
    await logs('p', { tailLines: '5', timestamps: 'true', sinceSeconds: '60', previous: 'true', limitBytes: '9' }),
  ).toBe('hello\n');
  expect(asked).toEqual([
    '/containerLogs/default/p/app?previous=true&timestamps=true&tailLines=5&limitBytes=9&sinceSeconds=60',
  ]);
});

test('the container has to be named when there are several, and has to be there', async () => {
  expect((await refusal(logs('two'))).message).toBe(
    'a container name must be specified for pod two, choose one of: [a b]',
  );
  expect((await refusal(logs('p', { container: 'nope' }))).message).toBe('container nope is not valid for pod p');
  expect(await logs('two', { container: 'b' })).toBe('hello\n');
  expect((await refusal(logs('absent'))).code).toBe(404);
});

test('a pod on no node has no logs yet', async () => {
  const { status, body } = await cluster.client.raw({
    method: 'GET',
    path: '/api/v1/namespaces/default/pods/waiting/log',
  });
  expect([status, body.length]).toEqual([204, 0]);
});

test('bad options are refused before the kubelet is asked', async () => {
  expect((await refusal(logs('p', { tailLines: '-1' }))).message).toContain(
    'tailLines: Invalid value: -1: must be greater than or equal to 0',
  );
  expect((await refusal(logs('p', { sinceSeconds: '1', sinceTime: '2026-01-01T00:00:00Z' }))).code).toBe(422);
  expect(asked).toEqual([]);
});

test('one of both outputs can be read, but then not its last lines', async () => {
  expect(await logs('p', { stream: 'Stderr', insecureSkipTLSVerifyBackend: 'true' })).toBe('hello\n');
  expect(asked).toEqual(['/containerLogs/default/p/app?stream=Stderr']);
  expect((await refusal(logs('p', { stream: 'Stdout', tailLines: '1' }))).message).toContain(
    '`tailLines` and specific `stream` are mutually exclusive for now',
  );
  expect((await refusal(logs('p', { stream: 'Both' }))).message).toContain(
    'stream: Unsupported value: "Both": supported values: "All", "Stderr", "Stdout"',
  );
});

test('a log is read over WebSocket, as bytes or as base64', async () => {
  const path = '/api/v1/namespaces/default/pods/p/log';
  const read = async (...offered: string[]): Promise<string[]> => {
    const socket = await cluster.client.webSocket(path, { tailLines: '5' }, offered);
    expect(socket.protocol).toBe(offered.at(-1) ?? '');
    const messages: string[] = [];
    socket.on('message', (data: Buffer) => messages.push(data.toString()));
    await once(socket, 'close');
    return messages;
  };
  expect(await read('binary.k8s.io')).toEqual(['', 'hello\n']);
  expect(await read('nonsense', 'base64.binary.k8s.io')).toEqual(['', Buffer.from('hello\n').toString('base64')]);
  expect(asked).toEqual(Array(2).fill('/containerLogs/default/p/app?tailLines=5'));
  const refused = await refusal(cluster.client.webSocket(path, {}, ['nonsense']));
  expect(refused.message).toContain('none of the WebSocket protocols nonsense is served');
  expect((await refusal(cluster.client.webSocket(path, { tailLines: '-1' }, ['binary.k8s.io']))).code).toBe(422);
});

test('what the kubelet says against it reaches the client', async () => {
  answer = { status: 400, body: 'container "app" in pod "p" is waiting to start: ContainerCreating' };
  const error = await refusal(logs('p'));
  expect(error.status).toMatchObject({ code: 400, reason: 'BadRequest', message: answer.body });
});

test('a followed log arrives as it is written, and ends at the kubelet when the client goes', async () => {
  const end = new AbortController();
  const { body } = await cluster.client.stream({
    method: 'GET',
    path: '/api/v1/namespaces/default/pods/p/log',
    query: { follow: 'true' },
    signal: end.signal,
  });
  for await (const chunk of body as AsyncIterable<Buffer>) {
    expect(chunk.toString()).toBe('hello\n');
    break;
  }
  end.abort();
  await vi.waitUntil(() => openStreams === 0);
});

function echo(transport: Duplex): SpdyConnection {
  const streams = new Map<string, SpdyStream>();
  const connection = new SpdyConnection('server', transport, (stream) => {
    stream.on('error', () => undefined);
    streams.set(stream.headers['streamtype'] ?? '', stream);
    const [error, stdin, stdout] = ['error', 'stdin', 'stdout'].map((type) => streams.get(type));
    if (!error || !stdin || !stdout) return;
    stdin.on('data', (data: Buffer) => stdout.write(data.toString().toUpperCase()));
    stdin.once('end', () => {
      stdout.end('.');
      error.end(JSON.stringify({ kind: 'Status', status: 'Success' }));
    });
  });
  return connection;
}

const exec = (query: Record<string, string | string[]>, client = cluster.client, protocol = 'v5.channel.k8s.io') =>
  client.webSocket('/api/v1/namespaces/default/pods/p/exec', query, [protocol]);

test('exec by WebSocket reaches a kubelet that speaks SPDY', async () => {
  const socket = await exec({ command: ['echo', 'a b'], stdin: 'true', stdout: 'true' });
  expect(socket.protocol).toBe('v5.channel.k8s.io');
  const said = ['', '', '', ''];
  socket.on('message', (data: Buffer) => (said[data[0]!] += data.toString('utf8', 1)));
  socket.send(Buffer.from('\0typed '));
  socket.send(Buffer.from('\0more'));
  socket.send(Buffer.from([255, 0]));
  await once(socket, 'close');
  expect(said).toEqual(['', 'TYPED MORE.', '', '{"kind":"Status","status":"Success"}']);
  const url = new URL(asked[0]!, 'https://kubelet');
  expect(url.pathname).toBe('/exec/default/p/app');
  expect(url.searchParams.getAll('command')).toEqual(['echo', 'a b']);
  expect(url.searchParams.get('input')).toBe('1');
});

test('a command that loses its client, or its kubelet, is over on the other side too', async () => {
  const first = await exec({ command: 'x', stdin: 'true', stdout: 'true' });
  await once(first, 'message');
  first.terminate();
  await vi.waitUntil(() => upgraded[0]!.closed);
  const second = await exec({ command: 'x', stdin: 'true', stdout: 'true' });
  await once(second, 'message');
  const closed = once(second, 'close');
  upgraded[1]!.destroy();
  await closed;
});

test('an upgrade that the kubelet refuses is an answer, not an upgrade', async () => {
  answer = { status: 404, body: 'no such container' };
  const error = await refusal(exec({ command: 'x', stdout: 'true' }));
  expect(error.status).toMatchObject({ code: 404, message: 'no such container' });
});

test('exec needs the right to create it, a command, and a stream', async () => {
  const reader = new RestClient(await cluster.configFor('system:kube-scheduler'));
  const error = await refusal(exec({ command: 'x', stdout: 'true' }, reader));
  reader.close();
  expect(error.message).toContain('User "system:kube-scheduler" cannot get resource "pods/exec"');
  expect((await refusal(exec({ stdout: 'true' }))).message).toBe('you must specify a command for exec');
  expect((await refusal(exec({ command: 'x' }))).message).toBe(
    'you must specify at least one of stdin, stdout, stderr',
  );
  expect(asked).toEqual([]);
});

test('without an upgrade exec says that it needs one', async () => {
  const error = await refusal(
    cluster.client.request({ method: 'POST', path: '/api/v1/namespaces/default/pods/p/exec' }),
  );
  expect(error.status).toMatchObject({ code: 400, message: 'Upgrade request required' });
});

test('a pod on no node has nothing to run commands in', async () => {
  const waiting = cluster.client.webSocket(
    '/api/v1/namespaces/default/pods/waiting/exec',
    { command: 'x', stdout: 'true' },
    ['v5.channel.k8s.io'],
  );
  expect((await refusal(waiting)).message).toBe('pod waiting does not have a host assigned');
});

/** An upgrade as bytes, so that what comes after the answer can be seen. */
function rawUpgrade(path: string, headers: Record<string, string>, method = 'POST') {
  const { ca, cert, key } = cluster.config;
  const sent = request({
    host: '127.0.0.1',
    port: cluster.server.port,
    method,
    path,
    headers: { connection: 'Upgrade', ...headers },
    ca: ca!,
    cert: cert!,
    key: key!,
    agent: false,
  });
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number;
    body: string;
    socket?: Duplex;
    protocol?: unknown;
  }>();
  sent.on('upgrade', (reply, socket) => {
    const protocol = reply.headers['sec-websocket-protocol'];
    resolve({ status: reply.statusCode ?? 0, body: '', socket, protocol });
  });
  sent.on('response', (reply) => {
    let body = '';
    reply.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    reply.on('end', () => resolve({ status: reply.statusCode ?? 0, body }));
  });
  sent.on('error', reject);
  sent.end();
  return promise;
}

const execPath = '/api/v1/namespaces/default/pods/p/exec?command=x&stdin=true&stdout=true';

test('exec by SPDY goes through as it is', async () => {
  const { status, socket } = await rawUpgrade(execPath, {
    upgrade: 'SPDY/3.1',
    'x-stream-protocol-version': 'v4.channel.k8s.io',
  });
  expect(status).toBe(101);
  const client = new SpdyConnection('client', socket!);
  const [error, stdin, stdout] = await Promise.all(
    ['error', 'stdin', 'stdout'].map((streamtype) => client.open({ streamtype })),
  );
  stdin!.end('typed');
  let said = '';
  for await (const chunk of stdout as AsyncIterable<Buffer>) said += chunk.toString();
  expect(said).toBe('TYPED.');
  error!.destroy();
  client.destroy();
});

test('port-forward by WebSocket is a tunnel for SPDY', async () => {
  const { status, socket, protocol } = await rawUpgrade(
    '/api/v1/namespaces/default/pods/p/portforward',
    {
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      'sec-websocket-protocol': 'SPDY/3.1+portforward.k8s.io',
    },
    'GET',
  );
  expect([status, protocol]).toEqual([101, 'SPDY/3.1+portforward.k8s.io']);
  const spdy = new SpdyConnection('client', frames(socket!));
  const [stdin, stdout] = await Promise.all(
    ['stdin', 'stdout', 'error'].map((streamtype) => spdy.open({ streamtype })),
  );
  stdin!.end('x'.repeat(100_000));
  let said = '';
  for await (const chunk of stdout as AsyncIterable<Buffer>) said += chunk.toString();
  expect(said).toBe(`${'X'.repeat(100_000)}.`);
  expect(asked).toEqual(['/portForward/default/p']);
  spdy.destroy();
});

/** The client's side of a WebSocket whose handshake is over: ws asks for no protocol with a slash in its name. */
function frames(socket: Duplex): Duplex {
  const { Receiver, Sender } = ws as unknown as {
    Receiver: new (options: object) => Writable;
    Sender: new (socket: Duplex) => { send(data: Buffer, options: object, sent: () => void): void };
  };
  const receiver = new Receiver({ isServer: false });
  const sender = new Sender(socket);
  const transport = new Duplex({
    read: () => undefined,
    write: (data: Buffer, _encoding, done) =>
      sender.send(data, { binary: true, mask: true, fin: true, compress: false }, () => done()),
  });
  receiver.on('message', (data: Buffer) => transport.push(data));
  socket.on('error', () => undefined).pipe(receiver);
  return transport;
}

test('other upgrades are refused in words', async () => {
  const { status, body } = await rawUpgrade(execPath, { upgrade: 'TLS/1.0' });
  expect([status, (JSON.parse(body) as { message: string }).message]).toEqual([
    400,
    'unable to upgrade: upgrades to "TLS/1.0" are not served',
  ]);
});

test('an upgrade that is asked for elsewhere is passed over', async () => {
  const { status, body } = await rawUpgrade('/api/v1/nodes/n1', { upgrade: 'websocket' }, 'GET');
  expect([status, (JSON.parse(body) as { kind: string }).kind]).toEqual([200, 'Node']);
});

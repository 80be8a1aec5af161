import { createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { nodes, pods } from '@wherry/api';
import { RestClient } from '@wherry/client';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { pod, refusal } from '../testing/objects.ts';

let cluster: TestApiserver;
let kubelet: Server;
let asked: string[] = [];
let answer: { status: number; body: string } = { status: 200, body: '' };
let openStreams = 0;
const sockets = new WebSocketServer({ noServer: true, handleProtocols: (offered) => [...offered][0] ?? false });

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
    sockets.handleUpgrade(request, socket, head, (ws: WebSocket) => {
      ws.on('message', (data: Buffer) => ws.send(Buffer.concat([Buffer.from([1]), data.subarray(1)])));
    });
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
  answer = { status: 200, body: 'hello\n' };
});
afterAll(async () => {
  await cluster.close();
  sockets.close();
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

const exec = (query: Record<string, string | string[]>, client = cluster.client) =>
  client.webSocket('/api/v1/namespaces/default/pods/p/exec', query, ['v5.channel.k8s.io']);

test('exec is passed through both ways', async () => {
  const socket = await exec({ command: ['echo', 'a b'], stdin: 'true', stdout: 'true' });
  expect(socket.protocol).toBe('v5.channel.k8s.io');
  const echoed = new Promise<Buffer>((resolve) => socket.once('message', (data: Buffer) => resolve(data)));
  socket.send(Buffer.from('\0typed'));
  expect((await echoed).toString()).toBe('\x01typed');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  for (const backend of sockets.clients) backend.close();
  await closed;
  const url = new URL(asked[0]!, 'https://kubelet');
  expect(url.pathname).toBe('/exec/default/p/app');
  expect(url.searchParams.getAll('command')).toEqual(['echo', 'a b']);
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
  expect(error.message).toContain('User "system:kube-scheduler" cannot create resource "pods/exec"');
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

test('SPDY is refused in words', async () => {
  const { ca, cert, key } = cluster.config;
  const text = await new Promise<string>((resolve, reject) => {
    const sent = request({
      host: '127.0.0.1',
      port: cluster.server.port,
      method: 'POST',
      path: '/api/v1/namespaces/default/pods/p/exec?command=x&stdout=true',
      headers: { connection: 'Upgrade', upgrade: 'SPDY/3.1' },
      ca: ca!,
      cert: cert!,
      key: key!,
      agent: false,
    });
    sent.on('response', (reply) => {
      let body = '';
      reply.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      reply.on('end', () => resolve(body));
    });
    sent.on('error', reject);
    sent.end();
  });
  expect(JSON.parse(text)).toMatchObject({
    kind: 'Status',
    code: 400,
    message: 'upgrades to "spdy/3.1" are not served: use WebSocket, as kubectl does since 1.31',
  });
});

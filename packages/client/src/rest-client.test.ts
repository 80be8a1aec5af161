import { isNotFound, StatusError } from '@wherry/apimachinery';
import { configMaps, pods } from '@wherry/api';
import { WebSocketServer } from 'ws';
import { describe, expect, it } from 'vitest';
import { readBody, sendJson, startFakeServer, until } from './fake-server.ts';
import { RestClient } from './rest-client.ts';
import { ConnectionError } from './transport.ts';

describe.each(['h2', 'https1', 'http1'] as const)('over %s', (protocol) => {
  it('sends the verb, path, query and body, and parses the answer', async () => {
    await using server = await startFakeServer(
      async (request, response) =>
        sendJson(response, 201, { body: JSON.parse(await readBody(request)), type: request.headers['content-type'] }),
      { protocol },
    );
    await using client = new RestClient(server.config);
    const answer = await client
      .resource(configMaps)
      .create({ metadata: { name: 'a', namespace: 'x y' }, data: { k: 'ö' } });
    expect(answer).toEqual({
      body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'x y' }, data: { k: 'ö' } },
      type: 'application/json',
    });
    expect(server.requests).toEqual(['POST /api/v1/namespaces/x%20y/configmaps']);
  });

  it('turns an error answer into the StatusError it carries', async () => {
    const status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      reason: 'NotFound',
      message: 'gone',
      code: 404,
    };
    await using server = await startFakeServer((_request, response) => sendJson(response, 404, status), { protocol });
    await using client = new RestClient(server.config);
    const error = await client
      .resource(pods)
      .get('a', { namespace: 'b' })
      .catch((e: unknown) => e);
    expect(isNotFound(error)).toBe(true);
    expect((error as StatusError).message).toBe('gone');
  });

  it('watches line by line, and stops when its signal aborts', async () => {
    await using server = await startFakeServer(
      (_request, response) => {
        response.write('{"type":"ADDED","object":{"metadata":{"name":"a"}}}\n{"type":"MODI');
        setImmediate(() => response.write('FIED","object":{"metadata":{"name":"b"}}}\n'));
      },
      { protocol },
    );
    await using client = new RestClient(server.config);
    const controller = new AbortController();
    const seen: string[] = [];
    for await (const event of client.resource(pods).watch({ signal: controller.signal })) {
      seen.push(`${event.type} ${event.object.metadata.name}`);
      if (seen.length === 2) controller.abort();
    }
    expect(seen).toEqual(['ADDED a', 'MODIFIED b']);
  });

  it('reports a watch whose connection is lost', async () => {
    await using server = await startFakeServer(
      (_request, response) => void response.write('{"type":"ADDED","object":{"metadata":{"name":"a"}}}\n'),
      { protocol },
    );
    await using client = new RestClient(server.config);
    const watching = (async () => {
      for await (const _event of client.resource(pods).watch()) await server.close();
    })();
    await expect(watching).rejects.toBeInstanceOf(ConnectionError);
  });

  it('ends a request at its timeout and at the abort of its signal', async () => {
    await using server = await startFakeServer(() => undefined, { protocol });
    await using client = new RestClient(server.config);
    const request = { method: 'POST', path: '/x', body: {} } as const;
    await expect(client.request({ ...request, timeoutMs: 20 })).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    const controller = new AbortController();
    // The first may have ended before there was a connection.
    const before = server.requests.length;
    const asked = client.request({ ...request, signal: controller.signal });
    await until(() => server.requests.length > before);
    controller.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
  });
});

it('shares one HTTP/2 session between requests and watches', async () => {
  await using server = await startFakeServer((request, response) => {
    if (request.url?.includes('watch') === true) response.write('\n');
    else sendJson(response, 200, {});
  });
  await using client = new RestClient(server.config);
  const controller = new AbortController();
  const watches = [1, 2, 3].map(async () => {
    for await (const _event of client.resource(pods).watch({ signal: controller.signal })) break;
  });
  await Promise.all([1, 2, 3].map(() => client.request({ method: 'GET', path: '/api' })));
  await until(() => server.requests.length === 6);
  expect(server.sessions).toHaveLength(1);
  controller.abort();
  await Promise.all(watches);
});

it('says an ERROR frame of a watch as its StatusError', async () => {
  const status = { kind: 'Status', status: 'Failure', reason: 'Expired', code: 410, message: 'too old' };
  await using server = await startFakeServer((_request, response) => {
    response.end(
      `{"type":"BOOKMARK","object":{"metadata":{}}}\n${JSON.stringify({ type: 'ERROR', object: status })}\n`,
    );
  });
  await using client = new RestClient(server.config);
  const events = client.resource(pods).watch();
  expect((await events.next()).value).toMatchObject({ type: 'BOOKMARK' });
  await expect(events.next()).rejects.toMatchObject({ message: 'too old', code: 410 });
});

it('tries again when told to with Retry-After, and not otherwise', async () => {
  let busy = 2;
  await using server = await startFakeServer((request, response) => {
    if (request.url === '/full') sendJson(response, 503, {});
    else if (busy-- > 0) sendJson(response, 429, {}, { 'retry-after': '0' });
    else sendJson(response, 200, { ok: true });
  });
  await using client = new RestClient(server.config);
  expect(await client.request({ method: 'POST', path: '/x', body: {} })).toEqual({ ok: true });
  expect(server.requests).toHaveLength(3);
  await expect(client.request({ method: 'GET', path: '/full' })).rejects.toMatchObject({ code: 503 });
  expect(server.requests).toHaveLength(4);
});

it('repeats a read whose connection was lost, never a write', async () => {
  let lose = true;
  await using server = await startFakeServer((_request, response) => {
    if (lose) server.sessions.at(-1)?.destroy();
    else sendJson(response, 200, { ok: true });
    lose = false;
  });
  await using client = new RestClient(server.config);
  expect(await client.request({ method: 'GET', path: '/r' })).toEqual({ ok: true });
  lose = true;
  await expect(client.request({ method: 'POST', path: '/w', body: {} })).rejects.toBeInstanceOf(ConnectionError);
  expect(server.requests).toEqual(['GET /r', 'GET /r', 'POST /w']);
});

it('goes to the next server when one is away, and says so when all are', async () => {
  const gone = await startFakeServer(() => undefined);
  await gone.close();
  await using server = await startFakeServer((_request, response) => sendJson(response, 200, { ok: true }));
  await using client = new RestClient({
    ...server.config,
    servers: [...gone.config.servers, ...server.config.servers],
  });
  expect(await client.request({ method: 'POST', path: '/w', body: {} })).toEqual({ ok: true });
  await using alone = new RestClient(gone.config);
  await expect(alone.request({ method: 'GET', path: '/r' })).rejects.toMatchObject({
    code: 'ECONNREFUSED',
    sent: false,
  });
});

it('connects again after the server was restarted', async () => {
  const first = await startFakeServer((_request, response) => sendJson(response, 200, { from: 1 }));
  await using client = new RestClient(first.config);
  expect(await client.request({ method: 'GET', path: '/r' })).toEqual({ from: 1 });
  await first.close();
  await expect(client.request({ method: 'GET', path: '/r' })).rejects.toBeInstanceOf(ConnectionError);
  await using _second = await startFakeServer((_request, response) => sendJson(response, 200, { from: 2 }), {
    port: first.port,
  });
  expect(await client.request({ method: 'GET', path: '/r' })).toEqual({ from: 2 });
});

it('refuses a server whose certificate it does not know', async () => {
  await using server = await startFakeServer((_request, response) => sendJson(response, 200, {}));
  await using client = new RestClient({ servers: server.config.servers });
  await expect(client.request({ method: 'GET', path: '/' })).rejects.toMatchObject({
    code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
  });
  await using insecure = new RestClient({ servers: server.config.servers, insecureSkipTlsVerify: true });
  expect(await insecure.request({ method: 'GET', path: '/' })).toEqual({});
});

it('says who asks, and for whom', async () => {
  await using server = await startFakeServer((request, response) => sendJson(response, 200, request.headers));
  await using client = new RestClient({
    ...server.config,
    token: 'secret',
    userAgent: 'test/1',
    impersonate: { user: 'jane', groups: ['a', 'b'], extra: { 'acme.com/x': ['1'] } },
  });
  expect(await client.request({ method: 'GET', path: '/' })).toMatchObject({
    authorization: 'Bearer secret',
    'user-agent': 'test/1',
    'impersonate-user': 'jane',
    'impersonate-group': 'a, b',
    'impersonate-extra-acme.com%2fx': '1',
  });
});

it('opens a WebSocket, or gives the Status of the answer instead', async () => {
  await using server = await startFakeServer((_request, response) => sendJson(response, 200, {}), {
    protocol: 'http1',
  });
  const { createServer } = await import('node:http');
  const http = createServer((_request, response) => void response.writeHead(403).end('no'));
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: (protocols) => [...protocols][1] ?? false });
  http.on('upgrade', (request, socket, head) => {
    if (request.url?.startsWith('/no') === true)
      return socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno');
    sockets.handleUpgrade(request, socket, head, (ws) => ws.send(request.url ?? ''));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', () => resolve()));
  const { port } = http.address() as { port: number };
  await using client = new RestClient({ ...server.config, servers: [`http://127.0.0.1:${port}`] });
  const socket = await client.webSocket('/exec', { command: ['sh', '-c'] }, ['a', 'b']);
  const said = await new Promise((resolve) => socket.once('message', (data: Buffer) => resolve(data.toString())));
  expect(said).toBe('/exec?command=sh&command=-c');
  expect(socket.protocol).toBe('b');
  socket.terminate();
  await expect(client.webSocket('/no', {}, [])).rejects.toMatchObject({ code: 403 });
  http.closeAllConnections();
  http.close();
});

it('refuses a server that is no URL', () => {
  expect(() => new RestClient({ servers: ['ftp://x'] })).toThrow('not an http or https URL');
  expect(() => new RestClient({ servers: [] })).toThrow('no server is configured');
});

it('rejects a name or namespace that would name something else', async () => {
  await using client = new RestClient({ servers: ['http://localhost'] });
  await expect(client.resource(pods).get('a')).rejects.toThrow('an empty namespace may not be set');
  await expect(client.resource(pods).delete('', { namespace: 'n' })).rejects.toThrow('resource name may not be empty');
  expect(client.resource(pods).path('n', 'a/../b', 'log')).toBe('/api/v1/namespaces/n/pods/a%2F..%2Fb/log');
});

import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { configMaps, type ConfigMap } from '@wherry/api';
import { expect, it, vi } from 'vitest';
import { startTestApiserver } from '../../../test/fixture/cluster-fixture.ts';
import { sendJson, startFakeServer, until } from './fake-server.ts';
import { Informer } from './informer.ts';
import { RestClient } from './rest-client.ts';
import { ConnectionError } from './transport.ts';

const answering = (from: string) => startFakeServer((_request, response) => sendJson(response, 200, { from }));

it('stays with the server that works, also when the one it left is back', async () => {
  const first = await answering('a');
  await using second = await answering('b');
  const servers = [...first.config.servers, ...second.config.servers];
  await using client = new RestClient({ ...first.config, servers });
  const read = () => client.request({ method: 'GET', path: '/r' });
  expect(await read()).toEqual({ from: 'a' });
  await first.close();
  expect(await read()).toEqual({ from: 'b' });
  await using back = await startFakeServer((_request, response) => sendJson(response, 200, { from: 'a' }), {
    port: first.port,
  });
  expect(await read()).toEqual({ from: 'b' });
  expect(back.requests).toEqual([]);
});

it('asks another server when one cannot serve at present, before it waits', async () => {
  await using first = await startFakeServer((_request, response) =>
    sendJson(response, 503, {}, { 'retry-after': '30' }),
  );
  await using second = await answering('b');
  const servers = [...first.config.servers, ...second.config.servers];
  await using client = new RestClient({ ...first.config, servers });
  // 503 says that nothing was done: a write may go elsewhere too.
  expect(await client.request({ method: 'POST', path: '/w', body: {} })).toEqual({ from: 'b' });
  expect(await client.request({ method: 'POST', path: '/w', body: {} })).toEqual({ from: 'b' });
  expect(first.requests).toHaveLength(1);
});

it('asks each server once before it waits as told', async () => {
  const busy = () => startFakeServer((_request, response) => sendJson(response, 503, {}, { 'retry-after': '30' }));
  await using first = await busy();
  await using second = await busy();
  const servers = [...first.config.servers, ...second.config.servers];
  await using client = new RestClient({ ...first.config, servers });
  const stop = new AbortController();
  const asked = client.request({ method: 'GET', path: '/r', signal: stop.signal });
  await until(() => first.requests.length === 1 && second.requests.length === 1);
  stop.abort(new Error('enough'));
  await expect(asked).rejects.toThrow();
  expect([first.requests.length, second.requests.length]).toEqual([1, 1]);
});

it('repeats a lost read elsewhere, and never a write whose outcome nobody knows', async () => {
  await using first = await startFakeServer(() => first.raw());
  await using second = await answering('b');
  const servers = [...first.config.servers, ...second.config.servers];
  await using reader = new RestClient({ ...first.config, servers });
  expect(await reader.request({ method: 'GET', path: '/r' })).toEqual({ from: 'b' });
  await using writer = new RestClient({ ...first.config, servers });
  await expect(writer.request({ method: 'POST', path: '/w', body: {} })).rejects.toMatchObject({
    name: 'ConnectionError',
    sent: true,
  });
  expect(second.requests).toEqual(['GET /r']);
  expect(await writer.request({ method: 'POST', path: '/w', body: {} })).toEqual({ from: 'b' });
});

it('lets a watch on the server that it left go on until it ends', async () => {
  let serving = true;
  await using first = await startFakeServer((request, response) => {
    if (request.url === '/watch') response.write('one\n');
    else if (serving) sendJson(response, 200, { from: 'a' });
    else sendJson(response, 503, {}, { 'retry-after': '30' });
  });
  await using second = await answering('b');
  const servers = [...first.config.servers, ...second.config.servers];
  await using client = new RestClient({ ...first.config, servers });
  const watch = await client.stream({ method: 'GET', path: '/watch' });
  const seen: string[] = [];
  let ended = false;
  watch.body.on('error', () => undefined);
  watch.body.on('data', (chunk: Buffer) => seen.push(chunk.toString()));
  watch.body.on('close', () => {
    ended = true;
  });
  serving = false;
  expect(await client.request({ method: 'GET', path: '/r' })).toEqual({ from: 'b' });
  await until(() => seen.length === 1);
  expect(ended).toBe(false);
  client.close();
  await until(() => ended);
});

it('leaves a server that takes connections and says nothing', async () => {
  const sockets: Socket[] = [];
  const silent = createTcpServer((socket) => void sockets.push(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', () => resolve()));
  await using second = await answering('b');
  const servers = [`https://127.0.0.1:${(silent.address() as AddressInfo).port}`, ...second.config.servers];
  await using client = new RestClient({ ...second.config, servers });
  expect(await client.request({ method: 'POST', path: '/w', body: {} })).toEqual({ from: 'b' });
  for (const socket of sockets) socket.destroy();
  silent.close();
});

it('opens a connection of its own at the next server when this one cannot be reached', async () => {
  const first = await startFakeServer((_request, response) => sendJson(response, 200, { from: 'a' }), {
    protocol: 'http1',
  });
  await using second = await startFakeServer((_request, response) => sendJson(response, 403, {}), {
    protocol: 'http1',
  });
  await using client = new RestClient({ servers: [...first.config.servers, ...second.config.servers] });
  await client.request({ method: 'GET', path: '/r' });
  await first.close();
  await expect(client.upgrade('/exec', 'SPDY/3.1')).rejects.toMatchObject({ code: 403 });
  await expect(client.webSocket('/exec', {}, [])).rejects.toMatchObject({ code: 403 });
});

it('says that nobody answers when all servers are away', async () => {
  const all = await Promise.all([answering('a'), answering('b')]);
  for (const server of all) await server.close();
  await using client = new RestClient({ ...all[0]!.config, servers: all.flatMap(({ config }) => config.servers) });
  await expect(client.request({ method: 'GET', path: '/r' })).rejects.toBeInstanceOf(ConnectionError);
});

it('follows a resource from server to server, seeing every change once and listing once', async () => {
  const first = await startTestApiserver();
  const { storage } = first;
  const second = await startTestApiserver({ storage });
  const ports = [first.server.port, second.server.port];
  const servers = [...first.config.servers, ...second.config.servers];
  await using watching = new RestClient({ ...first.config, servers });
  const informer = new Informer(watching, configMaps, { namespace: 'default' });
  const seen: string[] = [];
  const tell = (what: string, object: ConfigMap): void =>
    void seen.push(`${what} ${object.metadata.name} ${object.metadata.resourceVersion}`);
  informer.addHandler({ onAdd: (object) => tell('add', object), onUpdate: (_old, object) => tell('update', object) });
  const requests = vi.spyOn(watching, 'request');
  const stop = new AbortController();
  const running = informer.run(stop.signal);
  await informer.waitForSync(stop.signal);
  seen.length = 0;
  const wanted: string[] = [];
  let alive = [first, second];
  for (let round = 0; round < 4; round++) {
    const resource = alive[round % alive.length]!.client.resource(configMaps);
    for (let i = 0; i < 10; i++) {
      const name = `c${round}-${i}`;
      const made = await resource.create({ metadata: { name, namespace: 'default' }, data: { value: 'one' } });
      const changed = await resource.update({ ...made, data: { value: 'two' } });
      wanted.push(`add ${name} ${made.metadata.resourceVersion}`, `update ${name} ${changed.metadata.resourceVersion}`);
    }
    // One goes, with events still on their way, and comes back when the other is to go.
    const away = alive[0]!;
    const port = ports[0]!;
    await away.server.close();
    away.client.close();
    const back = await startTestApiserver({ storage, securePort: port });
    alive = [alive[1]!, back];
    ports.push(ports.shift()!);
  }
  await until(() => seen.length >= wanted.length);
  expect(seen).toEqual(wanted);
  expect(requests).toHaveBeenCalledTimes(1);
  stop.abort();
  await running;
  for (const cluster of alive) await cluster.close();
  await storage[Symbol.asyncDispose]();
});

import { connect as connectHttp2, createServer } from 'node:http2';
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { until } from './fake-server.ts';
import { Http2Transport } from './http2-transport.ts';
import { ConnectionError } from './transport.ts';

it('notices a peer that has gone silent, though the connection is open', async () => {
  let pings = 0;
  const server = createServer((_request, response) => void response.write('x'));
  server.on('session', (session) => session.on('ping', () => pings++));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const sockets: Socket[] = [];
  let cut = false;
  const proxy = createTcpServer((inner) => {
    const outer = connect((server.address() as AddressInfo).port, '127.0.0.1');
    sockets.push(inner, outer);
    inner.on('data', (data) => !cut && outer.write(data));
    outer.on('data', (data) => !cut && inner.write(data));
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', () => resolve()));
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const transport = new Http2Transport(url, connectHttp2(url), { idleMs: 20, pingTimeoutMs: 100 });
  const watch = await transport.request({ method: 'GET', path: '/', headers: {} });
  let ended = false;
  watch.body
    .on('error', () => undefined)
    .on('close', () => {
      ended = true;
    });
  watch.body.resume();
  await until(() => pings >= 3);
  expect(transport.usable).toBe(true);
  cut = true;
  const lost = transport.request({ method: 'GET', path: '/', headers: {} });
  await expect(lost).rejects.toBeInstanceOf(ConnectionError);
  await until(() => ended);
  expect(transport.usable).toBe(false);
  expect(watch.complete()).toBe(false);
  for (const socket of sockets) socket.destroy();
  proxy.close();
  server.close();
});

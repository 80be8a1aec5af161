import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { duplexPair } from 'node:stream';
import { text } from 'node:stream/consumers';
import { SpdyConnection } from '@wherry/streaming';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PodDialer } from './pod-dialer.ts';
import { forwardedPorts, PortForwardPairs } from './port-forward.ts';

let server: Server;
let port: number;
beforeAll(async () => {
  server = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => server.close());

function client(): SpdyConnection {
  const [ours, theirs] = duplexPair();
  const dial = async (to: number) => {
    const socket = connect({ port: to, host: '127.0.0.1', allowHalfOpen: true });
    await once(socket, 'connect');
    return socket;
  };
  const pairs = new PortForwardPairs({ name: 'p', uid: 'u', dial });
  new SpdyConnection('server', theirs, pairs.take);
  return new SpdyConnection('client', ours);
}

const headers = (streamtype: string, to: number, requestid: string) => ({ streamtype, port: String(to), requestid });

test('a connection is a pair of streams; its end goes through one way at a time', async () => {
  const spdy = client();
  const error = await spdy.open(headers('error', port, '0'));
  error.end();
  const data = await spdy.open(headers('data', port, '0'));
  data.end('x'.repeat(300_000));
  expect((await text(data)).length).toBe(300_000);
  expect(await text(error)).toBe('');
  spdy.destroy();
});

test('a connection that cannot be made is told of in words', async () => {
  const spdy = client();
  const data = await spdy.open(headers('data', 1, '7'));
  const error = await spdy.open(headers('error', 1, '7'));
  data.on('error', () => undefined).resume();
  expect(await text(error)).toMatch(/^error forwarding port 1 to pod p, uid u: .*ECONNREFUSED/);
  spdy.destroy();
});

test.each([
  { streamtype: 'data', port: '0', requestid: '1' },
  { streamtype: 'data', port: '65536', requestid: '1' },
  { streamtype: 'else', port: '80', requestid: '1' },
  { streamtype: 'data', requestid: '1' },
])('a stream with the headers %j is reset', async (given) => {
  const spdy = client();
  const stream = await spdy.open(given as Record<string, string>);
  stream.on('error', () => undefined).resume();
  if (!stream.closed) await once(stream, 'close');
  spdy.destroy();
});

test('ports of the query are checked', () => {
  const ports = (query: string) => forwardedPorts(new URLSearchParams(query));
  expect(ports('port=80,81&port=82')).toEqual([80, 81, 82]);
  expect(() => ports('')).toThrow('query parameter "port" is required');
  expect(() => ports('port=')).toThrow('query parameter "port" cannot be empty');
  expect(() => ports('port=0')).toThrow('unable to parse "0" as a port');
  expect(() => ports(`port=${'1,'.repeat(200)}1`)).toThrow('too many ports');
});

test('pods on the node’s network are dialled on its loopback', async () => {
  const socket = await new PodDialer().dialHost(port);
  socket.end('hi');
  expect(await text(socket)).toBe('hi');
});

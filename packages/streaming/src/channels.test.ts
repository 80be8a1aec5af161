import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import {
  ChannelSocket,
  chooseProtocol,
  offeredProtocols,
  remoteCommandProtocols,
  type ChannelProtocol,
} from './channels.ts';
import { TerminalSizeReader } from './terminal-size.ts';

let server: WebSocketServer;
beforeAll(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
});
afterAll(() => server.close());

const protocolOf = (name: string): ChannelProtocol => remoteCommandProtocols.find((one) => one.name === name)!;

async function pair(name: string): Promise<{ client: WebSocket; channels: ChannelSocket }> {
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [socket] = (await once(server, 'connection')) as [WebSocket];
  const channels = new ChannelSocket(socket, protocolOf(name));
  if (client.readyState !== client.OPEN) await once(client, 'open');
  return { client, channels };
}

test.each(['v5.channel.k8s.io', 'v4.channel.k8s.io', 'channel.k8s.io', ''])(
  '%j: the first byte says which',
  async (name) => {
    const { client, channels } = await pair(name);
    const stdin = channels.reader(0);
    client.send(Buffer.from([0, 104, 105]));
    client.send(Buffer.from([9, 1]));
    client.send(Buffer.alloc(0));
    expect(((await once(stdin, 'data')) as [Buffer])[0].toString()).toBe('hi');
    channels.writer(2).write('oops');
    const [message] = (await once(client, 'message')) as [Buffer];
    expect(message).toEqual(Buffer.from('\u0002oops'));
    client.terminate();
  },
);

test.each(['v4.base64.channel.k8s.io', 'base64.channel.k8s.io'])('%s: all of it is text', async (name) => {
  const { client, channels } = await pair(name);
  const stdin = channels.reader(0);
  client.send(`0${Buffer.from('hi').toString('base64')}`);
  expect(((await once(stdin, 'data')) as [Buffer])[0].toString()).toBe('hi');
  channels.writer(1).write('out');
  const [message, isBinary] = (await once(client, 'message')) as [Buffer, boolean];
  expect([message.toString(), isBinary]).toEqual([`1${Buffer.from('out').toString('base64')}`, false]);
  client.terminate();
});

test('v5 alone can end a channel', async () => {
  const five = await pair('v5.channel.k8s.io');
  const stdin = text(five.channels.reader(0));
  five.client.send(Buffer.from('\0all'));
  five.client.send(Buffer.from([255, 0]));
  five.client.send(Buffer.from('\0too late'));
  expect(await stdin).toBe('all');
  five.client.terminate();
  const four = await pair('v4.channel.k8s.io');
  const reader = four.channels.reader(0);
  reader.on('error', () => undefined).resume();
  four.client.send(Buffer.from([255, 0]));
  four.client.close();
  await once(reader, 'close');
  expect(reader.readableEnded).toBe(false);
});

test('a reader that stands still holds the client back', async () => {
  const { client, channels } = await pair('v4.channel.k8s.io');
  const stdin = channels.reader(0);
  const piece = Buffer.alloc(64 * 1024);
  let sent = 0;
  for (let i = 0; i < 400; i++) client.send(piece, () => (sent += piece.length - 1));
  for (let before = -1; before !== stdin.readableLength; ) {
    before = stdin.readableLength;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(stdin.readableLength).toBeLessThan(1 << 20);
  let read = 0;
  stdin.on('data', (chunk: Buffer) => (read += chunk.length));
  while (read < 400 * (piece.length - 1)) await once(stdin, 'data');
  expect(sent).toBe(read);
  client.terminate();
});

test('the client’s first protocol that is served is spoken', () => {
  const choose = (header: string | undefined) => chooseProtocol(offeredProtocols(header), remoteCommandProtocols)?.name;
  expect(choose('nothing, v4.channel.k8s.io , v5.channel.k8s.io')).toBe('v4.channel.k8s.io');
  expect(choose(undefined)).toBe('');
  expect(choose('nothing')).toBeUndefined();
});

test('sizes of a terminal are read however they are cut; nonsense is passed over', () => {
  const reader = new TerminalSizeReader();
  const sizes = (words: string) => reader.read(Buffer.from(words));
  expect(sizes('{"Width":80,"Hei')).toEqual([]);
  expect(sizes('ght":24}\n{"Width":0,"Height":1}{"Width":1,"Height":2}')).toEqual([
    { width: 80, height: 24 },
    { width: 1, height: 2 },
  ]);
  expect(sizes('}}{"Width":"1"}')).toEqual([]);
  expect(sizes('x'.repeat(5_000))).toEqual([]);
  expect(sizes('{"Width":7,"Height":8}')).toEqual([{ width: 7, height: 8 }]);
});

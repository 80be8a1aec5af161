import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { RestClient } from '@wherry/client';
import type { Io } from '../cli/io.ts';
import { runRemoteCommand } from './remote-command.ts';
import type { Session } from './session.ts';

let server: Server | undefined;
afterEach(() => void server?.close());

/** A kubelet's end of exec: what it does with a socket is the test's own. */
async function kubelet(serve: (socket: WebSocket) => void, protocols = ['v5.channel.k8s.io']): Promise<Session> {
  const http = createServer();
  server = http;
  const sockets = new WebSocketServer({
    server: http,
    handleProtocols: (offered) => protocols.find((p) => offered.has(p)) ?? false,
  });
  sockets.on('connection', serve);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  const client = new RestClient({ servers: [`http://127.0.0.1:${port}`] });
  return { client: async () => client } as unknown as Session;
}

function terminal(input = ''): { io: Io; out: () => string; err: () => string } {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const io = {
    stdin: Readable.from(input === '' ? [] : [Buffer.from(input)]),
    stdout,
    stderr,
    env: {},
    cwd: '/',
    signal: new AbortController().signal,
    now: () => new Date(0),
  };
  const text = (stream: PassThrough): string => (stream.read() as Buffer | null)?.toString() ?? '';
  return { io, out: () => text(stdout), err: () => text(stderr) };
}

const frame = (channel: number, text: string): Buffer => Buffer.concat([Buffer.from([channel]), Buffer.from(text)]);
const command = { path: '/exec', query: {}, stdin: false, tty: false };
const success = JSON.stringify({ kind: 'Status', status: 'Success' });
const exitCode = (code: number): string =>
  JSON.stringify({
    kind: 'Status',
    status: 'Failure',
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  });

test('output and errors go where they belong, and success is 0', async () => {
  const session = await kubelet((socket) => {
    for (const message of [frame(1, 'a'), frame(2, 'b'), frame(1, 'c'), frame(3, success)]) socket.send(message);
    socket.close();
  });
  const { io, out, err } = terminal();
  expect(await runRemoteCommand(session, io, command)).toBe(0);
  expect([out(), err()]).toEqual(['ac', 'b']);
});

test('the exit code of the command is returned', async () => {
  const session = await kubelet((socket) => {
    socket.send(frame(3, exitCode(42)));
    socket.close();
  });
  expect(await runRemoteCommand(session, terminal().io, command)).toBe(42);
});

test('input is sent, and its end is told', async () => {
  const session = await kubelet((socket) => {
    let seen = '';
    socket.on('message', (data: Buffer) => {
      if (data[0] === 0) seen += data.subarray(1).toString();
      if (data[0] !== 255 || data[1] !== 0) return;
      socket.send(frame(1, seen.toUpperCase()));
      socket.send(frame(3, success));
      socket.close();
    });
  });
  const { io, out } = terminal('hello');
  expect(await runRemoteCommand(session, io, { ...command, stdin: true })).toBe(0);
  expect(out()).toBe('HELLO');
});

test('a command that could not be run is an error with its words', async () => {
  const session = await kubelet((socket) => {
    socket.send(
      frame(3, JSON.stringify({ kind: 'Status', status: 'Failure', reason: 'InternalError', message: 'no such file' })),
    );
    socket.close();
  });
  await expect(runRemoteCommand(session, terminal().io, command)).rejects.toMatchObject({
    status: { message: 'no such file' },
  });
});

test('a connection that ends without a status is an error', async () => {
  const session = await kubelet((socket) => socket.close(1011, 'gone'));
  await expect(runRemoteCommand(session, terminal().io, command)).rejects.toThrow(
    'the connection was closed before the command ended (code 1011): gone',
  );
});

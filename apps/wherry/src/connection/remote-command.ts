import type { WebSocket } from 'ws';
import type { Status } from '@wherry/apimachinery';
import { CliError } from '../cli/errors.ts';
import type { Io } from '../cli/io.ts';
import type { Session } from './session.ts';

export interface RemoteCommand {
  /** `.../pods/NAME/exec` or `/attach`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string | string[] | undefined>>;
  readonly stdin: boolean;
  readonly tty: boolean;
}

/** The channels of v5.channel.k8s.io: the first byte of each message. */
const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/** Input waits while this much is not sent yet. */
const maxBufferedBytes = 1 << 20;

/**
 * Runs a command in a container with this process's standard streams, raw mode and window size included. Returns the
 * command's exit code. Throws CliError or the server's error when the command could not be run.
 */
export async function runRemoteCommand(session: Session, io: Io, command: RemoteCommand): Promise<number> {
  const client = await session.client();
  const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
  const socket = await client.webSocket(command.path, command.query, protocols, io.signal);
  const raw = command.tty && command.stdin && io.stdin.isTTY === true;
  if (raw) io.stdin.setRawMode?.(true);
  const stopSizes = command.tty ? sendSizes(socket, io) : () => undefined;
  const stopInput = command.stdin ? sendInput(socket, io) : () => undefined;
  try {
    return await receive(socket, io);
  } finally {
    stopInput();
    stopSizes();
    if (raw) io.stdin.setRawMode?.(false);
    socket.terminate();
  }
}

function receive(socket: WebSocket, io: Io): Promise<number> {
  return new Promise((resolve, reject) => {
    let status: Status | undefined;
    socket.on('message', (data) => {
      const message = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer);
      const payload = message.subarray(1);
      if (message[0] === channel.stdout) forward(socket, io.stdout, payload);
      else if (message[0] === channel.stderr) forward(socket, io.stderr, payload);
      else if (message[0] === channel.error && payload.length > 0) status = readStatus(payload);
    });
    socket.once('error', (cause) => reject(new CliError(cause.message)));
    socket.once('close', (code, reason) => {
      if (status) return settle(status, resolve, reject);
      const why = reason.length > 0 ? `: ${reason.toString('utf8')}` : '';
      reject(new CliError(`the connection was closed before the command ended (code ${code})${why}`));
    });
  });
}

function forward(socket: WebSocket, to: NodeJS.WritableStream, payload: Buffer): void {
  if (payload.length === 0 || to.write(payload)) return;
  socket.pause();
  to.once('drain', () => socket.resume());
}

function readStatus(payload: Buffer): Status {
  const text = payload.toString('utf8');
  try {
    return JSON.parse(text) as Status;
  } catch {
    // Not every runtime's failure is a Status: what it says is the message.
    return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: text };
  }
}

function settle(status: Status, resolve: (code: number) => void, reject: (error: Error) => void): void {
  if (status.status === 'Success') return resolve(0);
  if (status.reason === 'NonZeroExitCode') {
    const cause = status.details?.causes?.find((c) => c.reason === 'ExitCode');
    return resolve(Number(cause?.message ?? 1));
  }
  const failure = new Error(status.message ?? 'the command failed');
  reject(
    status.reason ? Object.assign(failure, { status }) : new CliError(`Internal error occurred: ${failure.message}`),
  );
}

function sendInput(socket: WebSocket, io: Io): () => void {
  const { stdin } = io;
  const onData = (chunk: Buffer | string): void => {
    socket.send(Buffer.concat([Buffer.from([channel.stdin]), Buffer.from(chunk as Buffer)]), () => {
      if (socket.bufferedAmount < maxBufferedBytes) stdin.resume();
    });
    if (socket.bufferedAmount >= maxBufferedBytes) stdin.pause();
  };
  // Only the fifth version of the protocol can say that the input has ended.
  const onEnd = (): void => {
    if (socket.protocol === 'v5.channel.k8s.io') socket.send(Buffer.from([channel.close, channel.stdin]));
  };
  stdin.on('data', onData);
  stdin.once('end', onEnd);
  stdin.resume();
  return () => {
    stdin.off('data', onData);
    stdin.off('end', onEnd);
    stdin.pause();
  };
}

function sendSizes(socket: WebSocket, io: Io): () => void {
  const { stdout } = io;
  if (!stdout.isTTY) return () => undefined;
  const send = (): void => {
    const size = JSON.stringify({ Width: stdout.columns ?? 80, Height: stdout.rows ?? 24 });
    socket.send(Buffer.concat([Buffer.from([channel.resize]), Buffer.from(size)]));
  };
  send();
  stdout.on('resize', send);
  return () => void stdout.off('resize', send);
}

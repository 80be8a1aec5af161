import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import type { WebSocket } from 'ws';
import { engineMessage } from '../docker/engine-error.ts';
import { FrameSplitter } from '../docker/log-frames.ts';
import { channel, ChannelSocket, exitStatus, failureStatus, success } from './channels.ts';

export interface StreamOptions {
  readonly input: boolean;
  readonly output: boolean;
  readonly error: boolean;
  readonly tty: boolean;
}

/** The kubelet's own query words: input, output, error, tty as 1 or true. */
export function streamOptions(query: URLSearchParams): StreamOptions {
  const on = (name: string): boolean => ['1', 'true'].includes(query.get(name) ?? '');
  return { input: on('input'), output: on('output'), error: on('error'), tty: on('tty') };
}

/** Runs a command in a container, its streams on the socket's channels; ends with a Status on the error channel. */
export async function serveExec(
  docker: Docker,
  containerId: string,
  command: readonly string[],
  options: StreamOptions,
  socket: WebSocket,
): Promise<void> {
  let exec: Docker.Exec | undefined;
  // Made within pump, which by then listens: a client may send its input, and the end of it, with the handshake.
  const open = async (): Promise<Duplex> => {
    exec = await docker.getContainer(containerId).exec({
      Cmd: [...command],
      AttachStdin: options.input,
      AttachStdout: options.output,
      AttachStderr: options.error && !options.tty,
      Tty: options.tty,
    });
    return exec.start({ hijack: true, stdin: options.input, Tty: options.tty });
  };
  const resize = async (w: number, h: number): Promise<unknown> => exec?.resize({ w, h });
  await pump(open, resize, options, socket, async () => {
    const { ExitCode: exitCode } = (await exec?.inspect()) ?? {};
    return exitStatus(exitCode ?? 0);
  });
}

/** Joins the streams of a container's own process. */
export async function serveAttach(
  docker: Docker,
  containerId: string,
  containerTty: boolean,
  options: StreamOptions,
  socket: WebSocket,
): Promise<void> {
  const container = docker.getContainer(containerId);
  const open = async (): Promise<Duplex> =>
    (await container.attach({
      stream: true,
      hijack: true,
      stdin: options.input,
      stdout: options.output,
      stderr: options.error,
    })) as Duplex;
  const resize = (w: number, h: number): Promise<unknown> => container.resize({ w, h });
  await pump(open, resize, { ...options, tty: containerTty }, socket, () => Promise.resolve(success));
}

async function pump(
  open: () => Promise<Duplex>,
  resize: (width: number, height: number) => Promise<unknown>,
  options: StreamOptions,
  socket: WebSocket,
  outcome: () => Promise<object>,
): Promise<void> {
  // Input may arrive before Docker has answered: it waits here, bounded by pausing the socket.
  const early: Buffer[] = [];
  let stream: Duplex | undefined;
  let ended = false;
  let size: { width: number; height: number } | undefined;
  const applySize = (): void => {
    // A process that has just ended has no terminal any more.
    if (stream !== undefined && size !== undefined) resize(size.width, size.height).catch(() => undefined);
  };
  const channels = new ChannelSocket(socket, {
    stdin: (data) => {
      if (!options.input) return;
      if (stream === undefined) {
        early.push(Buffer.from(data));
        channels.pauseInput();
      } else if (!stream.write(data)) {
        channels.pauseInput();
        stream.once('drain', () => channels.resumeInput());
      }
    },
    stdinEnded: () => {
      ended = true;
      stream?.end();
    },
    resize: (width, height) => {
      size = { width, height };
      applySize();
    },
  });
  try {
    stream = await open();
    const opened = stream;
    opened.on('error', () => socket.terminate());
    socket.once('close', () => opened.destroy());
    if (socket.readyState !== socket.OPEN) opened.destroy();
    for (const data of early) opened.write(data);
    if (ended) opened.end();
    channels.resumeInput();
    applySize();
    await forward(opened, options, channels);
    await channels.finish(await outcome());
  } catch (error) {
    await channels.finish(failureStatus(engineMessage(error)));
  }
}

async function forward(stream: Duplex, options: StreamOptions, channels: ChannelSocket): Promise<void> {
  const splitter = new FrameSplitter();
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (options.tty) {
      await channels.send(channel.stdout, chunk);
      continue;
    }
    for (const frame of splitter.push(chunk)) await channels.send(channel[frame.stream], frame.data);
  }
}

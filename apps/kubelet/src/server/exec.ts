import type { Duplex, Writable } from 'node:stream';
import type Docker from 'dockerode';
import type { TerminalSize } from '@wherry/streaming';
import { engineMessage } from '../docker/engine-error.ts';
import { FrameSplitter } from '../docker/log-frames.ts';
import { exitStatus, failureStatus, success } from './outcome.ts';
import type { Outcome, RemoteSession, StreamOptions } from './remote-session.ts';

/** Runs a command in a container, its streams joined to the session's; ends with how it ended. */
export async function serveExec(
  docker: Docker,
  containerId: string,
  command: readonly string[],
  options: StreamOptions,
  session: RemoteSession,
): Promise<void> {
  let exec: Docker.Exec | undefined;
  const open = async (): Promise<Duplex> => {
    exec = await docker.getContainer(containerId).exec({
      Cmd: [...command],
      AttachStdin: options.input,
      AttachStdout: options.output,
      AttachStderr: options.error,
      Tty: options.tty,
    });
    return exec.start({ hijack: true, stdin: options.input, Tty: options.tty });
  };
  const resize = async ({ width: w, height: h }: TerminalSize): Promise<unknown> => exec?.resize({ w, h });
  await pump(open, resize, options.tty, session, async () => {
    const { ExitCode: exitCode } = (await exec?.inspect()) ?? {};
    return exitStatus(exitCode ?? 0);
  });
}

/** Joins the streams of a container's own process. */
export async function serveAttach(
  docker: Docker,
  containerId: string,
  { tty, stdinOnce }: { readonly tty: boolean; readonly stdinOnce: boolean },
  options: StreamOptions,
  session: RemoteSession,
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
  const resize = ({ width: w, height: h }: TerminalSize): Promise<unknown> => container.resize({ w, h });
  // A container that outlives its client's input keeps its own open; Docker would end its output here with it.
  await pump(open, resize, tty, session, () => Promise.resolve(success), stdinOnce);
}

async function pump(
  open: () => Promise<Duplex>,
  resize: (size: TerminalSize) => Promise<unknown>,
  tty: boolean,
  session: RemoteSession,
  outcome: () => Promise<Outcome>,
  endsInput = true,
): Promise<void> {
  let stream: Duplex | undefined;
  let size: TerminalSize | undefined;
  const applySize = (): void => {
    // A process that has just ended has no terminal any more.
    if (stream !== undefined && size !== undefined) resize(size).catch(() => undefined);
  };
  session.onResize((next) => {
    size = next;
    applySize();
  });
  const cut = (): void => void stream?.destroy();
  session.gone.addEventListener('abort', cut, { once: true });
  try {
    stream = await open();
    // What is wrong with it ends the loop below.
    stream.on('error', () => undefined);
    if (session.gone.aborted) cut();
    applySize();
    session.stdin?.pipe(stream, { end: endsInput });
    await forward(stream, tty, session);
    await session.finish(await outcome());
  } catch (error) {
    await session.finish(failureStatus(engineMessage(error)));
  } finally {
    session.gone.removeEventListener('abort', cut);
    session.stdin?.destroy();
    stream?.destroy();
  }
}

async function forward(stream: Duplex, tty: boolean, session: RemoteSession): Promise<void> {
  const splitter = new FrameSplitter();
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (tty) await write(session.stdout, chunk);
    else for (const { stream: to, data } of splitter.push(chunk)) await write(session[to], data);
  }
}

/** Resolves when more may be written, or never will be. */
async function write(to: Writable | undefined, data: Buffer): Promise<void> {
  if (to === undefined || to.destroyed || to.write(data)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      to.off('drain', done);
      to.off('close', done);
      resolve();
    };
    to.once('drain', done);
    to.once('close', done);
  });
}

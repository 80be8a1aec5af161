import { PassThrough, Readable, Writable } from 'node:stream';
import type { Pod } from '@wherry/api';
import { CliError } from '../cli/errors.ts';
import type { Io } from '../cli/io.ts';
import { runRemoteCommand } from '../connection/remote-command.ts';
import type { Session } from '../connection/session.ts';
import { podPath } from '../resources/pod-of.ts';

export interface Place {
  readonly session: Session;
  readonly io: Io;
  readonly pod: Pod;
  readonly container: string;
}

/** Runs a command whose input, if any, is `source`; returns its exit code. */
export async function runIn(
  place: Place,
  command: readonly string[],
  streams: { readonly input?: AsyncIterable<Buffer>; readonly out: Writable; readonly err: Writable },
): Promise<number> {
  const { session, io, pod, container } = place;
  const stop = new AbortController();
  const stdin = Readable.from(streams.input ?? []);
  let failure: unknown;
  stdin.on('error', (error) => {
    failure = error;
    stop.abort();
  });
  const inner: Io = {
    ...io,
    stdin,
    stdout: streams.out,
    stderr: streams.err,
    signal: AbortSignal.any([io.signal, stop.signal]),
    now: io.now,
  };
  const input = streams.input !== undefined;
  const query = { container, command: [...command], stdin: input ? 'true' : undefined, stdout: 'true', stderr: 'true' };
  try {
    return await runRemoteCommand(session, inner, { path: podPath(pod, 'exec'), query, stdin: input, tty: false });
  } catch (error) {
    throw failure === undefined ? error : new CliError((failure as Error).message);
  } finally {
    stdin.destroy();
  }
}

/** Drops what it is given. */
export function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

/** Does not end the stream it writes to. */
export function onto(stream: Writable): Writable {
  return new Writable({ write: (chunk: Buffer, _encoding, done) => void stream.write(chunk, () => done()) });
}

/** The bytes that a command writes; `ended` tells its exit code, or why it could not be run. */
export function outputOf(
  place: Place,
  command: readonly string[],
  err: Writable,
): { readonly bytes: PassThrough; readonly ended: Promise<number> } {
  const bytes = new PassThrough({ highWaterMark: 1 << 20 });
  const ended = runIn(place, command, { out: bytes, err }).finally(() => bytes.end());
  ended.catch(() => undefined);
  return { bytes, ended };
}

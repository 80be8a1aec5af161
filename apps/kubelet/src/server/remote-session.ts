import type { Readable, Writable } from 'node:stream';
import {
  carriesStatus,
  channel,
  streamTypeHeader,
  TerminalSizeReader,
  type ChannelProtocol,
  type ChannelSocket,
  type SpdyConnection,
  type SpdyStream,
  type TerminalSize,
} from '@wherry/streaming';
import { Refusal } from './refusal.ts';

export interface StreamOptions {
  readonly input: boolean;
  readonly output: boolean;
  readonly error: boolean;
  readonly tty: boolean;
}

/** What a command's streams are joined to, whatever carries them. */
export interface RemoteSession {
  readonly stdin: Readable | undefined;
  readonly stdout: Writable | undefined;
  readonly stderr: Writable | undefined;
  /** Aborted when the client has gone. */
  readonly gone: AbortSignal;
  onResize(listener: (size: TerminalSize) => void): void;
  /** Says how it ended, and closes. */
  finish(status: Outcome): Promise<void>;
}

/** A metav1.Status. */
export interface Outcome {
  readonly status: 'Success' | 'Failure';
  readonly message?: string;
  readonly [field: string]: unknown;
}

const CREATION_TIMEOUT_MS = 30_000;

/** The kubelet's own query words: input, output, error, tty as 1 or true. Throws 400 when nothing would be streamed. */
export function streamOptions(query: URLSearchParams): StreamOptions {
  const on = (name: string): boolean => ['1', 'true'].includes(query.get(name) ?? '');
  const tty = on('tty');
  // A terminal has one output.
  const options = { input: on('input'), output: on('output'), error: on('error') && !tty, tty };
  if (!options.input && !options.output && !options.error)
    throw new Refusal(400, 'you must specify at least 1 of stdin, stdout, stderr');
  return options;
}

export function channelSession(
  socket: ChannelSocket,
  protocol: ChannelProtocol,
  options: StreamOptions,
): RemoteSession {
  const gone = new AbortController();
  socket.onClose(() => gone.abort());
  const sizes = socket.reader(channel.resize);
  const error = socket.writer(channel.error);
  // Tells the client that somebody is there, as upstream does.
  socket.send(options.output ? channel.stdout : options.error ? channel.stderr : channel.error, Buffer.alloc(0));
  return {
    stdin: options.input ? quiet(socket.reader(channel.stdin)) : undefined,
    stdout: options.output ? socket.writer(channel.stdout) : undefined,
    stderr: options.error ? socket.writer(channel.stderr) : undefined,
    gone: gone.signal,
    onResize: (listener) => readSizes(sizes, listener),
    async finish(outcome) {
      await say(error, outcome, protocol.status);
      socket.close();
    },
  };
}

/** Gathers the streams that the client opens one by one. */
export class SpdyStreams {
  readonly #streams = new Map<string, SpdyStream>();
  readonly #changed: (() => void)[] = [];

  readonly take = (stream: SpdyStream): void => {
    const type = stream.headers[streamTypeHeader] ?? '';
    if (!['error', 'stdin', 'stdout', 'stderr', 'resize'].includes(type) || this.#streams.has(type)) {
      stream.destroy();
      return;
    }
    this.#streams.set(type, quiet(stream));
    for (const changed of this.#changed) changed();
  };

  /** Rejects when they have not all been opened in time. */
  async session(connection: SpdyConnection, version: string, options: StreamOptions): Promise<RemoteSession> {
    const sized = options.tty && !['channel.k8s.io', 'v2.channel.k8s.io'].includes(version);
    const wanted = [
      'error',
      ...(options.input ? ['stdin'] : []),
      ...(options.output ? ['stdout'] : []),
      ...(options.error ? ['stderr'] : []),
      ...(sized ? ['resize'] : []),
    ];
    await new Promise<void>((resolve, reject) => {
      const check = (): void => {
        if (!wanted.every((type) => this.#streams.has(type))) return;
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(
        () => reject(new Error('timed out waiting for client to create streams')),
        CREATION_TIMEOUT_MS,
      );
      this.#changed.push(check);
      check();
    });
    const gone = new AbortController();
    const error = this.#streams.get('error')!;
    error.once('close', () => gone.abort());
    // Nothing is to be read from these; what comes anyway is let go.
    for (const type of ['error', 'stdout', 'stderr']) this.#streams.get(type)?.resume();
    const [stdin, stdout, stderr, sizes] = ['stdin', 'stdout', 'stderr', 'resize'].map((type) =>
      this.#streams.get(type),
    );
    return {
      stdin: options.input ? stdin : undefined,
      stdout: options.output ? stdout : undefined,
      stderr: options.error ? stderr : undefined,
      gone: gone.signal,
      onResize: (listener) => {
        if (sizes !== undefined) readSizes(sizes, listener);
      },
      async finish(outcome) {
        await Promise.all([
          stdout && ended(stdout),
          stderr && ended(stderr),
          say(error, outcome, carriesStatus(version)),
        ]);
        connection.close();
      },
    };
  }
}

function readSizes(from: Readable, listener: (size: TerminalSize) => void): void {
  const reader = new TerminalSizeReader();
  quiet(from).on('data', (chunk: Buffer) => {
    for (const size of reader.read(chunk)) listener(size);
  });
}

/** Older protocols carry words, and nothing after success. */
async function say(error: Writable, outcome: Outcome, asStatus: boolean): Promise<void> {
  const words = asStatus ? JSON.stringify(outcome) : outcome.status === 'Success' ? '' : (outcome.message ?? 'failed');
  if (words !== '' && !error.destroyed) error.write(words);
  await ended(error);
}

function ended(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed) return resolve();
    stream.once('close', resolve).once('error', () => resolve());
    stream.end(resolve);
  });
}

/** A client that goes away is told of by `gone`, not by errors. */
function quiet<T extends Readable>(stream: T): T {
  return stream.on('error', () => undefined);
}

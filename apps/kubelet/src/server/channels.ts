import type { WebSocket } from 'ws';

/** Channels of the v4 and v5 .channel.k8s.io protocols: the first byte of every message. */
export const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

export const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'] as const;

export interface Incoming {
  stdin(data: Buffer): void;
  /** The client has no more input (v5). */
  stdinEnded(): void;
  resize(width: number, height: number): void;
}

/** Bytes that may wait for a slow client before the container's output is held back. */
const highWaterBytes = 1 << 20;
const pollDrainMs = 20;

/** One streaming session over a WebSocket. */
export class ChannelSocket {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket, incoming: Incoming) {
    this.#socket = socket;
    socket.on('message', (data: Buffer, isBinary) => {
      const message = Buffer.isBuffer(data) ? data : Buffer.from(data);
      if (!isBinary || message.length === 0) return;
      const body = message.subarray(1);
      if (message[0] === channel.stdin) incoming.stdin(body);
      else if (message[0] === channel.close && body[0] === channel.stdin) incoming.stdinEnded();
      else if (message[0] === channel.resize) parseResize(body, incoming);
    });
  }

  /** Resolves when more may be sent. */
  async send(to: number, data: Buffer): Promise<void> {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(Buffer.concat([Buffer.from([to]), data]), { binary: true });
    while (this.#socket.bufferedAmount > highWaterBytes && this.#socket.readyState === this.#socket.OPEN) {
      await new Promise((resolve) => setTimeout(resolve, pollDrainMs));
    }
  }

  /** Says how it ended and closes. */
  async finish(status: object): Promise<void> {
    await this.send(channel.error, Buffer.from(JSON.stringify(status)));
    this.#socket.close(1000);
  }

  pauseInput(): void {
    this.#socket.pause();
  }

  resumeInput(): void {
    this.#socket.resume();
  }
}

function parseResize(body: Buffer, incoming: Incoming): void {
  let size: { Width?: unknown; Height?: unknown };
  try {
    size = JSON.parse(body.toString()) as typeof size;
  } catch {
    // A terminal that sends nonsense keeps the size it has.
    return;
  }
  const { Width: width, Height: height } = size;
  if (typeof width === 'number' && typeof height === 'number' && width > 0 && height > 0)
    incoming.resize(width, height);
}

export const success = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' } as const;

/** How upstream reports a command that failed: kubectl takes the exit code from the cause. */
export function exitStatus(exitCode: number): object {
  if (exitCode === 0) return success;
  return {
    ...success,
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}

export function failureStatus(message: string): object {
  return { ...success, status: 'Failure', message, reason: 'InternalError', code: 500 };
}

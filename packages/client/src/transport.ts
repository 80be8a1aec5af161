import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';

export interface TransportRequest {
  readonly method: string;
  /** Path with its query, already encoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body?: Buffer | undefined;
  /** Ends the request, and the response's body when that is still being read. */
  readonly signal?: AbortSignal | undefined;
}

export interface TransportResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
  /**
   * Whether the body that ended was all of it. Node ends the body of an HTTP/2 stream without an error when its
   * connection is lost.
   */
  complete(): boolean;
}

/** One server, reached by one protocol. */
export interface Transport {
  /** @throws {ConnectionError} when no response came; the signal's reason when aborted */
  request(request: TransportRequest): Promise<TransportResponse>;
  /** False once new requests need a new connection. */
  readonly usable: boolean;
  /** Takes no new requests, lets those under way end, and closes then. */
  retire(): void;
  /** Nothing is under way and nothing will be. */
  readonly ended: boolean;
  close(): void;
}

/** The server could not be reached, or went away before it had answered completely. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  /** Node's code, such as ECONNREFUSED, or one of http2's. */
  readonly code: string | undefined;
  readonly server: string;
  /** Whether the server may have seen, and acted on, the request. */
  readonly sent: boolean;

  constructor(server: string, message: string, options: { code?: string | undefined; sent: boolean; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.server = server;
    this.sent = options.sent;
  }
}

/** @param server its URL, or what was being done */
export function toConnectionError(server: string, error: unknown, sent: boolean): ConnectionError {
  if (error instanceof ConnectionError) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  // A dual-stack host gives an AggregateError with an empty message.
  const first = cause instanceof AggregateError && cause.errors[0] instanceof Error ? cause.errors[0] : cause;
  return new ConnectionError(server, `${server}: ${first.message}`, {
    code: codeOf(cause) ?? codeOf(first),
    sent,
    cause,
  });
}

/** Whether a failure came after there was a connection on which something may have been sent. */
export function wasConnected(error: Error): boolean {
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  return (first as NodeJS.ErrnoException).syscall !== 'connect';
}

export function cutShort(): ConnectionError {
  return new ConnectionError('', 'the connection was lost before the answer was complete', {
    code: 'ECONNRESET',
    sent: true,
  });
}

function codeOf(error: Error): string | undefined {
  const code = (error as NodeJS.ErrnoException).code;
  return typeof code === 'string' ? code : undefined;
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Piece } from '../cache/piece.ts';
import type { RequestInfo } from './request-info.ts';

/** Who asks: authentication.k8s.io/v1 UserInfo. */
export interface User {
  name: string;
  uid?: string | undefined;
  groups: readonly string[];
  extra?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** One request on its way. */
export interface RequestContext {
  readonly method: string;
  readonly info: RequestInfo;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** For what passes the request on as it comes: its body has then not been read. */
  readonly incoming: IncomingMessage;
  readonly user: User;
  readonly body: Buffer | undefined;
  readonly now: Date;
  /** Aborted when the client has gone, or the request ran out of time. */
  readonly signal: AbortSignal;
  /** Shown to the client as Warning headers. */
  readonly warnings: string[];
}

/** HTTP/1.1 and HTTP/2 responses are used alike through Node's compatibility interface. */
export type Response = ServerResponse;

/** A finished answer, or a stream that takes the response over. */
export type Answer =
  | {
      status: number;
      contentType: string;
      body: Buffer | string | Iterable<Piece>;
      /** Total bytes when the body is iterable and the length is known. */
      length?: number | undefined;
      headers?: Record<string, string> | undefined;
    }
  | { stream(response: Response): Promise<void> };

const json = 'application/json';

export function jsonAnswer(status: number, value: unknown, headers?: Record<string, string>): Answer {
  return { status, contentType: json, body: `${JSON.stringify(value)}\n`, headers };
}

export function bytesAnswer(status: number, body: Buffer): Answer {
  return { status, contentType: json, body };
}

export function textAnswer(status: number, body: string): Answer {
  return { status, contentType: 'text/plain; charset=utf-8', body };
}

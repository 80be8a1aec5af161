import type { IncomingHttpHeaders } from 'node:http2';
import type { Method } from '../../etcd-proto/index.ts';

/** What a handler may know of its call besides the request. */
export interface Call {
  /** Under lower-case names. */
  readonly metadata: IncomingHttpHeaders;
}

/** Resolves with the response, or rejects with RpcError; any other error is our own fault. */
export type UnaryHandler<Request, Response> = (request: Request, call: Call) => Promise<Response> | Response;

export interface Stream<Request, Response> extends Call {
  /** Ends with the client's last request, or when the call is over. */
  readonly requests: AsyncIterable<Request>;
  /** Aborted when the call is over, whoever ended it. */
  readonly signal: AbortSignal;
  /** What is sent after the call is over is dropped. */
  send(response: Response): void;
  /** False while so much waits for the client that a sender should await `ready()`. */
  readonly writable: boolean;
  /** Resolves when the client has taken what was sent, or the call is over. */
  ready(): Promise<void>;
}

/** The call ends well when it resolves, and with an error when it rejects. */
export type StreamHandler<Request, Response> = (stream: Stream<Request, Response>) => Promise<void>;

export type Route = { readonly path: string } & (
  | {
      readonly kind: 'unary';
      decode(bytes: Buffer): unknown;
      handle: UnaryHandler<unknown, unknown>;
      encode(response: unknown): Buffer;
      slice(response: unknown): Iterable<unknown> | undefined;
    }
  | {
      readonly kind: 'stream';
      decode(bytes: Buffer): unknown;
      handle: StreamHandler<unknown, unknown>;
      encode(response: unknown): Buffer;
    }
);

/** `slice` cuts a large response into messages whose bytes, put together, are its own: they are encoded one at a time. */
export function unary<RequestD, RequestI, ResponseD, ResponseI>(
  method: Method<RequestD, RequestI, ResponseD, ResponseI>,
  handle: UnaryHandler<RequestD, ResponseI>,
  slice: (response: ResponseI) => Iterable<ResponseI> | undefined = () => undefined,
): Route {
  return {
    kind: 'unary',
    ...coding(method),
    handle: handle as UnaryHandler<unknown, unknown>,
    slice: slice as (response: unknown) => Iterable<unknown> | undefined,
  };
}

export function streaming<RequestD, RequestI, ResponseD, ResponseI>(
  method: Method<RequestD, RequestI, ResponseD, ResponseI>,
  handle: StreamHandler<RequestD, ResponseI>,
): Route {
  return { kind: 'stream', ...coding(method), handle: handle as StreamHandler<unknown, unknown> };
}

function coding<RequestD, RequestI, ResponseD, ResponseI>(method: Method<RequestD, RequestI, ResponseD, ResponseI>) {
  return {
    path: method.path,
    decode: (bytes: Buffer) => method.requestDeserialize(bytes),
    encode: (response: unknown) => method.responseSerialize(response as ResponseI, 5),
  };
}

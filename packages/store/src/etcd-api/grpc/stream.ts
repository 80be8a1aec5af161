import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { answerWith, asRpcError, type CallContext, dropRest, isOpen } from './answer.ts';
import { Frames, frame } from './frames.ts';
import type { Route, Stream } from './route.ts';
import { type RpcError, trailersOf } from './status.ts';

type StreamRoute = Route & { kind: 'stream' };

/** Runs one call whose requests and responses come as they like. `done` is called once, when the call is over. */
export function serveStream(
  stream: ServerHttp2Stream,
  metadata: IncomingHttpHeaders,
  route: StreamRoute,
  context: CallContext,
  done: () => void,
): void {
  const over = new AbortController();
  stream.on('close', () => {
    over.abort();
    done();
  });
  void run(new ServerStream(stream, metadata, route, context, over.signal), route, context);
}

async function run(call: ServerStream, route: StreamRoute, context: CallContext): Promise<void> {
  try {
    await route.handle(call);
    call.end(undefined);
  } catch (error) {
    // Of a call that is over nobody wants to know how it would have ended.
    if (!call.signal.aborted) call.end(asRpcError(error, route.path, context));
  }
}

class ServerStream implements Stream<unknown, unknown> {
  readonly metadata: IncomingHttpHeaders;
  readonly signal: AbortSignal;
  readonly #stream: ServerHttp2Stream;
  readonly #route: StreamRoute;
  readonly #context: CallContext;
  #writable = true;

  constructor(
    stream: ServerHttp2Stream,
    metadata: IncomingHttpHeaders,
    route: StreamRoute,
    context: CallContext,
    signal: AbortSignal,
  ) {
    this.metadata = metadata;
    this.signal = signal;
    this.#stream = stream;
    this.#route = route;
    this.#context = context;
  }

  get requests(): AsyncIterable<unknown> {
    return this.#read();
  }

  async *#read(): AsyncGenerator<unknown> {
    const frames = new Frames(this.#context.limits.maxMessageBytes);
    try {
      for await (const chunk of this.#stream.iterator({ destroyOnReturn: false })) {
        frames.push(chunk as Buffer);
        for (let message = frames.take(); message !== undefined; message = frames.take()) {
          yield this.#route.decode(message);
        }
      }
    } catch (error) {
      // The client is gone, which is how a stream usually ends.
      if (!this.signal.aborted && isOpen(this.#stream)) throw error;
    }
  }

  get writable(): boolean {
    return this.#writable;
  }

  send(response: unknown): void {
    if (!isOpen(this.#stream) || this.#stream.writableEnded) return;
    this.begin();
    this.#writable = this.#stream.write(frame(this.#route.encode(response)));
  }

  /** Sends the headers: a client may wait for them before its first request. */
  begin(): void {
    if (this.#stream.headersSent) return;
    this.#stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  }

  ready(): Promise<void> {
    if (this.#writable || !isOpen(this.#stream)) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = (): void => {
        this.#stream.off('drain', finish);
        this.#stream.off('close', finish);
        this.#writable = true;
        resolve();
      };
      this.#stream.on('drain', finish);
      this.#stream.on('close', finish);
    });
  }

  end(error: RpcError | undefined): void {
    const stream = this.#stream;
    if (!isOpen(stream)) return;
    if (error !== undefined && !stream.headersSent) answerWith(stream, error);
    else {
      this.begin();
      const trailers = error === undefined ? { 'grpc-status': '0' } : trailersOf(error);
      stream.once('wantTrailers', () => stream.sendTrailers(trailers));
      stream.end();
    }
    dropRest(stream);
  }
}

import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { Frames, frame } from './frames.ts';
import { type CallContext, answerWith, asRpcError, dropRest, isOpen } from './answer.ts';
import type { Route } from './route.ts';
import { Code, RpcError } from './status.ts';

type UnaryRoute = Route & { kind: 'unary' };

/** Runs one call that has one request and one response. `done` is called once, when the call is over. */
export function serveUnary(
  stream: ServerHttp2Stream,
  metadata: IncomingHttpHeaders,
  route: UnaryRoute,
  context: CallContext,
  done: () => void,
): void {
  const frames = new Frames(context.limits.maxMessageBytes);
  let message: Buffer | undefined;
  let refused = false;

  const refuse = (error: unknown): void => {
    refused = true;
    answerWith(stream, asRpcError(error, route.path, context));
    dropRest(stream);
  };

  stream.on('data', (chunk: Buffer) => {
    if (refused) return;
    try {
      frames.push(chunk);
      const taken = frames.take();
      if (taken === undefined) return;
      if (message !== undefined || frames.partial) throw new RpcError(Code.internal, 'more than one request message');
      message = taken;
    } catch (error) {
      refuse(error);
    }
  });
  stream.on('end', () => {
    if (refused) return;
    if (message === undefined || frames.partial) refuse(new RpcError(Code.internal, 'no whole request message'));
    else void run(stream, metadata, route, context, message);
  });
  stream.on('close', done);
}

async function run(
  stream: ServerHttp2Stream,
  metadata: IncomingHttpHeaders,
  route: UnaryRoute,
  context: CallContext,
  message: Buffer,
): Promise<void> {
  try {
    const answer = route.handle(route.decode(message), { metadata });
    const response = frame(route.encode(answer instanceof Promise ? await answer : answer));
    if (!isOpen(stream)) return;
    stream.respond(okHeaders, okOptions);
    stream.once('wantTrailers', sendOk);
    stream.end(response);
  } catch (error) {
    answerWith(stream, asRpcError(error, route.path, context));
  }
}

const okHeaders = { ':status': 200, 'content-type': 'application/grpc' };
const okOptions = { waitForTrailers: true };
const okTrailers = { 'grpc-status': '0' };

function sendOk(this: ServerHttp2Stream): void {
  this.sendTrailers(okTrailers);
}

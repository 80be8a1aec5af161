import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { Frames, frame, prefixBytes } from './frames.ts';
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
    // A call that the client reset ends as well: nothing is done for it that was not yet under way.
    if (refused || !isOpen(stream)) return;
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
    const response = answer instanceof Promise ? await answer : answer;
    const slices = route.slice(response);
    const parts = slices === undefined ? [frame(route.encode(response))] : await encodeSlices(route, slices);
    if (!isOpen(stream)) return;
    stream.respond(okHeaders, okOptions);
    stream.once('wantTrailers', sendOk);
    for (let i = 0; i < parts.length - 1; i++) stream.write(parts[i]);
    stream.end(parts.at(-1));
  } catch (error) {
    answerWith(stream, asRpcError(error, route.path, context));
  }
}

/** Gives way to others after each slice, so that a large answer never holds up the rest of the process. */
async function encodeSlices(route: UnaryRoute, slices: Iterable<unknown>): Promise<Buffer[]> {
  const prefix = Buffer.alloc(prefixBytes);
  const parts: Buffer[] = [prefix];
  let length = 0;
  for (const slice of slices) {
    const part = route.encode(slice).subarray(prefixBytes);
    parts.push(part);
    length += part.length;
    await new Promise((resolve) => setImmediate(resolve));
  }
  prefix.writeUInt32BE(length, 1);
  return parts;
}

const okHeaders = { ':status': 200, 'content-type': 'application/grpc' };
const okOptions = { waitForTrailers: true, sendDate: false };
const okTrailers = { 'grpc-status': '0' };

function sendOk(this: ServerHttp2Stream): void {
  this.sendTrailers(okTrailers);
}

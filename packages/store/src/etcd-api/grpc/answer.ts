import { constants, type ServerHttp2Stream } from 'node:http2';
import { WireError } from '../../etcd-proto/index.ts';
import type { StoreLog } from '../../options.ts';
import type { GrpcLimits } from './limits.ts';
import { Code, RpcError, trailersOf } from './status.ts';

/** What every call is served with. */
export interface CallContext {
  readonly limits: GrpcLimits;
  readonly log: StoreLog | undefined;
  /** Undefined for what it does not know. */
  readonly toRpcError: (error: unknown) => RpcError | undefined;
}

export function isOpen(stream: ServerHttp2Stream): boolean {
  return !stream.destroyed && !stream.closed;
}

/** Ends a call that has sent nothing yet. */
export function answerWith(stream: ServerHttp2Stream, error: RpcError): void {
  if (!isOpen(stream) || stream.headersSent) return;
  stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...trailersOf(error) }, { endStream: true });
}

/**
 * For a call that was answered before its request was at an end: what else comes is dropped. A client ends its side when
 * it has the answer; one that does not is cut off, later, as a reset would overtake the answer.
 */
export function dropRest(stream: ServerHttp2Stream): void {
  stream.resume();
  const timer = setTimeout(() => stream.close(constants.NGHTTP2_NO_ERROR), dropRestMs);
  stream.once('close', () => clearTimeout(timer));
}

const dropRestMs = 1000;

export function asRpcError(error: unknown, path: string, { log, toRpcError }: CallContext): RpcError {
  if (error instanceof RpcError) return error;
  if (error instanceof WireError) return new RpcError(Code.invalidArgument, `malformed request: ${error.message}`);
  const known = toRpcError(error);
  if (known !== undefined) return known;
  log?.error({ path, error }, 'etcd-call-failed');
  return new RpcError(Code.internal, 'internal error');
}

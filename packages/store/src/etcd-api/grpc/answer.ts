import type { ServerHttp2Stream } from 'node:http2';
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

export function asRpcError(error: unknown, path: string, { log, toRpcError }: CallContext): RpcError {
  if (error instanceof RpcError) return error;
  if (error instanceof WireError) return new RpcError(Code.invalidArgument, `malformed request: ${error.message}`);
  const known = toRpcError(error);
  if (known !== undefined) return known;
  log?.error({ path, error }, 'etcd-call-failed');
  return new RpcError(Code.internal, 'internal error');
}

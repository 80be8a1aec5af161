import { defaultGrpcLimits, type GrpcLimits } from './grpc/index.ts';

export interface EtcdApiLimits extends GrpcLimits {
  /** Of keys and values of one writing request, as etcd's --max-request-bytes. */
  maxRequestBytes: number;
  /** Of compares, of operations when they hold and of those when not; nested ones count too, as etcd's --max-txn-ops. */
  maxTxnOps: number;
  /** On one stream. */
  maxWatches: number;
  /** How often a watch that asked for it hears how far it is when nothing happens. */
  watchProgressMs: number;
  /** A response of a watch that allows it is cut up when it is larger. */
  fragmentBytes: number;
  /** Without a leader for so long, streams that require one are ended. */
  noLeaderMs: number;
  /** What close() leaves to calls under way. */
  closeGraceMs: number;
}

export const defaultEtcdApiLimits: EtcdApiLimits = {
  ...defaultGrpcLimits,
  maxRequestBytes: 1.5 * 1024 * 1024,
  maxTxnOps: 128,
  maxWatches: 10_000,
  watchProgressMs: 10 * 60_000,
  fragmentBytes: 2 * 1024 * 1024,
  noLeaderMs: 3000,
  closeGraceMs: 2000,
};

import { StorageError, type StorageErrorCode } from '../storage.ts';
import { Code, RpcError } from './grpc/index.ts';

const error = (code: Code, text: string): RpcError => new RpcError(code, `etcdserver: ${text}`);
const invalid = (text: string): RpcError => error(Code.invalidArgument, text);
const refused = (text: string): RpcError => error(Code.failedPrecondition, text);
const unavailable = (text: string): RpcError => error(Code.unavailable, text);

/** Codes and words of etcd's rpctypes; clients compare the words. */
export const etcdErrors = {
  emptyKey: invalid('key is not provided'),
  keyNotFound: invalid('key not found'),
  valueProvided: invalid('value is provided'),
  leaseProvided: invalid('lease is provided'),
  tooManyOps: invalid('too many operations in txn request'),
  duplicateKey: invalid('duplicate key given in txn request'),
  invalidSortOption: invalid('invalid sort option'),
  requestTooLarge: invalid('request is too large'),
  compacted: error(Code.outOfRange, 'mvcc: required revision has been compacted'),
  futureRevision: error(Code.outOfRange, 'mvcc: required revision is a future revision'),
  noSpace: error(Code.resourceExhausted, 'mvcc: database space exceeded'),
  tooManyRequests: error(Code.resourceExhausted, 'too many requests'),
  leaseNotFound: error(Code.notFound, 'requested lease not found'),
  leaseExists: refused('lease already exists'),
  leaseTtlTooLarge: error(Code.outOfRange, 'too large lease TTL'),
  memberNotFound: error(Code.notFound, 'member not found'),
  memberExists: refused('member ID already exist'),
  peerUrlExists: refused('Peer URLs already exists'),
  memberBadUrls: invalid('given member URLs are invalid'),
  memberNotLearner: refused('can only promote a learner member'),
  learnerNotReady: refused('can only promote a learner member which is in sync with leader'),
  tooManyLearners: refused('too many learner members in cluster'),
  notForLearners: unavailable('rpc not supported for learner'),
  noLeader: unavailable('no leader'),
  notLeader: refused('not leader'),
  badTransferee: refused('bad leader transferee'),
  stopped: unavailable('server stopped'),
  timeout: unavailable('request timed out'),
  unhealthy: unavailable('unhealthy cluster'),
  corrupt: error(Code.dataLoss, 'corrupt cluster'),
  authNotEnabled: refused('authentication is not enabled'),
  wrongDowngradeVersion: invalid('wrong downgrade target version format'),
  invalidDowngradeTarget: invalid('invalid downgrade target version'),
  noDowngrade: refused('no inflight downgrade job'),
} as const;

/** A lease id is kept as a number here: those above cannot be. Our own words, etcd has all 64 bits. */
export const leaseIdTooLarge = invalid('a lease ID beyond 9007199254740991 is not supported');
export const invalidCompare = invalid('invalid compare option');
export const watchIdTooLarge = 'etcdserver: a watch ID beyond 9007199254740991 is not supported';

const byCode: Record<StorageErrorCode, RpcError> = {
  compacted: etcdErrors.compacted,
  'future-revision': etcdErrors.futureRevision,
  'key-not-found': etcdErrors.keyNotFound,
  'lease-not-found': etcdErrors.leaseNotFound,
  'lease-exists': etcdErrors.leaseExists,
  'too-large': etcdErrors.requestTooLarge,
  'no-space': etcdErrors.noSpace,
  'slow-consumer': etcdErrors.tooManyRequests,
  corrupt: etcdErrors.corrupt,
  unavailable: unavailable('unavailable'),
  // Whether it was done is not known, which is what etcd's clients take a timeout for.
  unknown: etcdErrors.timeout,
  closed: etcdErrors.stopped,
  'no-leader': etcdErrors.noLeader,
  'not-leader': etcdErrors.notLeader,
  timeout: etcdErrors.timeout,
  'member-not-found': etcdErrors.memberNotFound,
  'member-exists': etcdErrors.memberExists,
  'peer-url-exists': etcdErrors.peerUrlExists,
  'not-a-learner': etcdErrors.memberNotLearner,
  'learner-not-ready': etcdErrors.learnerNotReady,
  'too-many-learners': etcdErrors.tooManyLearners,
  unhealthy: etcdErrors.unhealthy,
  'bad-transferee': etcdErrors.badTransferee,
  cluster: unavailable('cluster ID mismatch'),
};

export function toRpcError(cause: unknown): RpcError | undefined {
  if (!(cause instanceof StorageError)) return undefined;
  const known = byCode[cause.code];
  // The store's own words say more where etcd has none.
  return cause.code === 'unavailable' ? unavailable(cause.message) : known;
}

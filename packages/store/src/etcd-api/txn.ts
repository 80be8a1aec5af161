import {
  CompareResult,
  CompareTarget,
  type compare,
  type Decoded,
  type DecodedRequestOp,
  type DecodedTxnRequest,
  type InputResponseOp,
  type InputTxnResponse,
} from '../etcd-proto/index.ts';
import type { EtcdCompare, EtcdOperation, EtcdOperationResult, EtcdTxnRequest, EtcdTxnResult } from '../etcd-store.ts';
import { etcdErrors } from './errors.ts';
import { toRangeAnswer, toStoreRange } from './range.ts';

/** A transaction that has passed its checks, in the store's terms. */
export function toStoreTxn({ compare, success, failure }: DecodedTxnRequest): EtcdTxnRequest {
  return {
    compares: compare.map(toStoreCompare),
    success: success.map(toStoreOperation),
    failure: failure.map(toStoreOperation),
  };
}

const ops: Record<number, EtcdCompare['op']> = {
  [CompareResult.equal]: '=',
  [CompareResult.greater]: '>',
  [CompareResult.less]: '<',
  [CompareResult.notEqual]: '!=',
};

const noValue = new Uint8Array(0);

function toStoreCompare(asked: Decoded<typeof compare>): EtcdCompare {
  const { key, rangeEnd } = asked;
  const base = { key, rangeEnd, op: ops[asked.result] ?? '=' };
  switch (asked.target) {
    case CompareTarget.create:
      return { ...base, target: 'createRevision', value: asked.createRevision ?? 0 };
    case CompareTarget.mod:
      return { ...base, target: 'modRevision', value: asked.modRevision ?? 0 };
    case CompareTarget.value:
      return { ...base, target: 'value', value: asked.value ?? noValue };
    case CompareTarget.lease:
      return { ...base, target: 'lease', value: asked.lease ?? 0 };
    default:
      return { ...base, target: 'version', value: asked.version ?? 0 };
  }
}

function toStoreOperation({ range, put, deleteRange, txn }: DecodedRequestOp): EtcdOperation {
  if (put !== undefined) return toStorePut(put);
  if (range !== undefined) return { type: 'range', ...toStoreRange(range) };
  if (deleteRange !== undefined) return { type: 'delete', key: deleteRange.key, rangeEnd: deleteRange.rangeEnd };
  if (txn !== undefined) return { type: 'txn', ...toStoreTxn(txn) };
  throw new TypeError('an operation that is none has passed its checks');
}

export function toStorePut(put: NonNullable<DecodedRequestOp['put']>): EtcdOperation & { type: 'put' } {
  const { key, value, lease, ignoreValue, ignoreLease } = put;
  // No lease of ours has such an id.
  if (typeof lease === 'bigint' || lease < 0) throw etcdErrors.leaseNotFound;
  return { type: 'put', key, value, lease, ignoreValue, ignoreLease };
}

/** The answer without its header. Inner ones say of which revision they are, nested transactions nothing. */
export function toTxnAnswer(
  request: DecodedTxnRequest,
  { succeeded, revision, results }: EtcdTxnResult,
): InputTxnResponse {
  // The revision an operation answers with is the new one from the first change on.
  const progress = { revision: results.some(changes) ? revision - 1 : revision, last: revision };
  return { succeeded, responses: toResponses(succeeded ? request.success : request.failure, results, progress) };
}

interface Progress {
  revision: number;
  readonly last: number;
}

function toResponses(
  operations: readonly DecodedRequestOp[],
  results: readonly EtcdOperationResult[],
  progress: Progress,
): InputResponseOp[] {
  return results.map((result, i) => {
    const operation = operations[i];
    if (result.type !== 'txn' && changes(result)) progress.revision = progress.last;
    const header = { revision: progress.revision };
    switch (result.type) {
      case 'put':
        return { put: { header, prevKv: operation?.put?.prevKv === true ? result.previous : undefined } };
      case 'delete': {
        const prevKvs = operation?.deleteRange?.prevKv === true ? result.previous : [];
        return { deleteRange: { header, deleted: result.previous.length, prevKvs } };
      }
      case 'range':
        return { range: { header, ...(operation?.range && toRangeAnswer(operation.range, result)) } };
      case 'txn': {
        const inner = result.succeeded ? operation?.txn?.success : operation?.txn?.failure;
        const responses = toResponses(inner ?? [], result.results, progress);
        return { txn: { header: {}, succeeded: result.succeeded, responses } };
      }
    }
  });
}

function changes(result: EtcdOperationResult): boolean {
  if (result.type === 'txn') return result.results.some(changes);
  return result.type === 'put' || (result.type === 'delete' && result.previous.length > 0);
}

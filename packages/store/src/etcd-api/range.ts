import {
  type Decoded,
  type Input,
  type keyValue,
  type rangeRequest,
  type rangeResponse,
  SortOrder,
  SortTarget,
} from '../etcd-proto/index.ts';
import type { RangeRequest, RangeResult } from '../etcd-store.ts';
import type { KeyValue } from '../storage.ts';

type Request = Decoded<typeof rangeRequest>;
type Answer = Omit<Input<typeof rangeResponse>, 'header'>;

/**
 * What to ask of the store. Where the answer is to be filtered or ordered first, the limit cannot be left to it; but as in
 * etcd, with a sort target and no order only the first keys that the limit allows, and one more, are sorted.
 */
export function toStoreRange(request: Request): RangeRequest {
  const limit = needsAll(request) || request.limit <= 0 ? 0 : request.limit + (isSorted(request) ? 1 : 0);
  return {
    key: request.key,
    rangeEnd: request.rangeEnd,
    revision: Math.max(request.revision, 0),
    limit,
    countOnly: request.countOnly,
  };
}

/** The answer to `request` from what the store gave for it, as etcd's txn.executeRange has it. `count` knows no filter. */
export function toRangeAnswer(request: Request, { kvs, count, more }: RangeResult): Answer {
  if (request.countOnly) return { count };
  if (!needsAll(request) && !isSorted(request))
    return { kvs: request.keysOnly ? kvs.map(withoutValue) : kvs, count, more };
  let wanted = kvs.filter((kv) => passes(request, kv));
  if (isSorted(request)) sort(wanted, request);
  const cut = request.limit > 0 && wanted.length > request.limit;
  if (cut) wanted = wanted.slice(0, request.limit);
  return { kvs: request.keysOnly ? wanted.map(withoutValue) : wanted, count, more: cut };
}

/** So many keys are encoded at a time. */
const sliceKeys = 1000;

/** Of a response with many keys: its fields, and then the keys in turn. */
export function sliceRange(response: Input<typeof rangeResponse>): Iterable<Input<typeof rangeResponse>> | undefined {
  const { kvs = [], ...rest } = response;
  if (kvs.length <= sliceKeys) return undefined;
  return (function* () {
    yield rest;
    for (let i = 0; i < kvs.length; i += sliceKeys) yield { kvs: kvs.slice(i, i + sliceKeys) };
  })();
}

function needsAll(request: Request): boolean {
  return (
    (isSorted(request) && request.sortOrder !== SortOrder.none) ||
    request.minModRevision !== 0 ||
    request.maxModRevision !== 0 ||
    request.minCreateRevision !== 0 ||
    request.maxCreateRevision !== 0
  );
}

/** Otherwise than the store has them. */
function isSorted({ sortTarget, sortOrder }: Request): boolean {
  return sortTarget !== SortTarget.key || sortOrder === SortOrder.descend;
}

function passes(request: Request, { modRevision, createRevision }: KeyValue): boolean {
  const { minModRevision, maxModRevision, minCreateRevision, maxCreateRevision } = request;
  return (
    (minModRevision === 0 || modRevision >= minModRevision) &&
    (maxModRevision === 0 || modRevision <= maxModRevision) &&
    (minCreateRevision === 0 || createRevision >= minCreateRevision) &&
    (maxCreateRevision === 0 || createRevision <= maxCreateRevision)
  );
}

type Order = (a: KeyValue, b: KeyValue) => number;

const orders: Record<number, Order> = {
  [SortTarget.key]: (a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0),
  [SortTarget.version]: (a, b) => a.version - b.version,
  [SortTarget.create]: (a, b) => a.createRevision - b.createRevision,
  [SortTarget.mod]: (a, b) => a.modRevision - b.modRevision,
  [SortTarget.value]: (a, b) => Buffer.compare(a.value, b.value),
};

/** By anything but the key, no order asked for means ascending. */
function sort(kvs: KeyValue[], { sortOrder, sortTarget }: Request): void {
  const order = orders[sortTarget];
  if (order === undefined) return;
  kvs.sort(sortOrder === SortOrder.descend ? (a, b) => order(b, a) : order);
}

const noValue = new Uint8Array(0);

function withoutValue(kv: KeyValue): Input<typeof keyValue> {
  return { ...kv, value: noValue };
}

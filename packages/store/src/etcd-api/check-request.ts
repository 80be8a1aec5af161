import {
  CompareResult,
  CompareTarget,
  type Decoded,
  type DecodedRequestOp,
  type DecodedTxnRequest,
  type deleteRangeRequest,
  type putRequest,
  type rangeRequest,
  SortOrder,
  SortTarget,
} from '../etcd-proto/index.ts';
import { checkDuplicateKeys } from './duplicate-keys.ts';
import { etcdErrors, invalidCompare } from './errors.ts';
import type { EtcdApiLimits } from './limits.ts';

/** What is wrong with a request whatever the store holds. All of these throw RpcError, as etcd's api/v3rpc/key.go has it. */

/** What a store of ours takes; etcd has no limit of its own here. */
const maxKeyBytes = 32 * 1024;

function checkKey(key: string): void {
  if (key === '') throw etcdErrors.emptyKey;
  if (key.length > maxKeyBytes) throw etcdErrors.requestTooLarge;
}

export function checkRange({ key, sortOrder, sortTarget }: Decoded<typeof rangeRequest>): void {
  checkKey(key);
  if (!isOneOf(SortOrder, sortOrder) || !isOneOf(SortTarget, sortTarget)) throw etcdErrors.invalidSortOption;
}

export function checkPut(put: Decoded<typeof putRequest>): void {
  checkKey(put.key);
  if (put.ignoreValue && put.value.length > 0) throw etcdErrors.valueProvided;
  if (put.ignoreLease && put.lease !== 0) throw etcdErrors.leaseProvided;
}

export function checkDelete({ key }: Decoded<typeof deleteRangeRequest>): void {
  checkKey(key);
}

/** All of a transaction and of those within it: nesting is no way around any check (GHSA-rfx7-8w68-q57q). */
export function checkTxn(txn: DecodedTxnRequest, limits: EtcdApiLimits): void {
  checkOperations(txn, limits.maxTxnOps);
  checkDuplicateKeys(txn.success);
  checkDuplicateKeys(txn.failure);
  if (bytesOf(txn) > limits.maxRequestBytes) throw etcdErrors.requestTooLarge;
}

/** Nested transactions get what of the number allowed the outer one leaves. */
function checkOperations({ compare, success, failure }: DecodedTxnRequest, allowed: number): void {
  const count = Math.max(compare.length, success.length, failure.length);
  if (count > allowed) throw etcdErrors.tooManyOps;
  for (const { key, target, result } of compare) {
    checkKey(key);
    if (!isOneOf(CompareTarget, target) || !isOneOf(CompareResult, result)) throw invalidCompare;
  }
  for (const operation of success) checkOperation(operation, allowed - count);
  for (const operation of failure) checkOperation(operation, allowed - count);
}

function checkOperation({ range, put, deleteRange, txn }: DecodedRequestOp, allowed: number): void {
  const given = [range, put, deleteRange, txn].filter((operation) => operation !== undefined);
  // etcd's word for an operation that is none.
  if (given.length !== 1) throw etcdErrors.keyNotFound;
  if (range !== undefined) checkRange(range);
  if (put !== undefined) checkPut(put);
  if (deleteRange !== undefined) checkDelete(deleteRange);
  if (txn !== undefined) checkOperations(txn, allowed);
}

const fieldBytes = 16;

/** About what the transaction takes on the wire. */
function bytesOf({ compare, success, failure }: DecodedTxnRequest): number {
  let bytes = 0;
  for (const { key, rangeEnd, value } of compare) {
    bytes += fieldBytes + key.length + rangeEnd.length + (value?.length ?? 0);
  }
  for (const operations of [success, failure]) {
    for (const { range, put, deleteRange, txn } of operations) {
      if (range !== undefined) bytes += fieldBytes + range.key.length + range.rangeEnd.length;
      if (put !== undefined) bytes += fieldBytes + put.key.length + put.value.length;
      if (deleteRange !== undefined) bytes += fieldBytes + deleteRange.key.length + deleteRange.rangeEnd.length;
      if (txn !== undefined) bytes += bytesOf(txn);
    }
  }
  return bytes;
}

function isOneOf(names: Record<string, number>, value: number): boolean {
  for (const name in names) if (names[name] === value) return true;
  return false;
}

import { inRange } from './byte-string.ts';
import type { EtcdOperation, EtcdTxnRequest, KeyRange } from './etcd-store.ts';
import { StorageError } from './storage.ts';

export interface RequestLimits {
  maxValueBytes: number;
  /** All values of a transaction together. */
  maxTxnBytes: number;
  /** At every level of it. */
  maxTxnOperations: number;
}

const maxKeyBytes = 32 << 10;
const maxNesting = 16;

/** Refuses what cannot be right whatever the state is. Returns about how many bytes it would add to the disk. */
export function checkTransaction(request: EtcdTxnRequest, limits: RequestLimits): number {
  const { bytes } = checkTxn(request, limits, 0);
  if (bytes > limits.maxTxnBytes) throw tooLarge(bytes, limits.maxTxnBytes);
  return bytes;
}

/** Revisions and lease ids; 0 stands for none. */
export function checkNumber(what: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new TypeError(`${what} must be a whole number from 0 on`);
}

/** What a part of a transaction may write, whichever way its compares go. */
interface Writes {
  bytes: number;
  puts: Set<string>;
  deletes: KeyRange[];
}

function checkTxn({ compares, success, failure }: EtcdTxnRequest, limits: RequestLimits, depth: number): Writes {
  if (depth > maxNesting) throw new StorageError('too-large', 'transactions are nested too deeply');
  for (const { key } of compares) checkKey(key);
  if (compares.length > limits.maxTxnOperations) throw tooMany(limits.maxTxnOperations);
  const one = checkOperations(success, limits, depth);
  const other = checkOperations(failure, limits, depth);
  return {
    bytes: Math.max(one.bytes, other.bytes),
    puts: other.puts.size === 0 ? one.puts : new Set([...one.puts, ...other.puts]),
    deletes: [...one.deletes, ...other.deletes],
  };
}

/** As etcd has it: whatever way a transaction goes, a key is put at most once in it and not deleted as well. */
function checkOperations(operations: EtcdOperation[], limits: RequestLimits, depth: number): Writes {
  if (operations.length > limits.maxTxnOperations) throw tooMany(limits.maxTxnOperations);
  const all: Writes = { bytes: 0, puts: new Set(), deletes: [] };
  for (const operation of operations) {
    const { bytes, puts, deletes } = checkOperation(operation, limits, depth);
    all.bytes += bytes;
    // Within one operation that is a transaction, what it deletes one way and puts the other excludes one another.
    for (const key of puts) {
      if (all.puts.has(key) || all.deletes.some((range) => inRange(key, range))) throw duplicateKey();
    }
    for (const range of deletes) {
      const hit = range.rangeEnd ? [...all.puts].some((key) => inRange(key, range)) : all.puts.has(range.key);
      if (hit) throw duplicateKey();
    }
    for (const key of puts) all.puts.add(key);
    all.deletes.push(...deletes);
  }
  return all;
}

const nothing: Writes = { bytes: 0, puts: new Set(), deletes: [] };

function checkOperation(operation: EtcdOperation, limits: RequestLimits, depth: number): Writes {
  if (operation.type === 'txn') return checkTxn(operation, limits, depth + 1);
  checkKey(operation.key);
  if (operation.type === 'range') return nothing;
  if (operation.type === 'delete') return { ...nothing, deletes: [operation] };
  const { key, value, lease = 0 } = operation;
  if (!(value instanceof Uint8Array)) throw new TypeError('value must be bytes');
  checkNumber('lease', lease);
  if (value.length > limits.maxValueBytes) throw tooLarge(value.length, limits.maxValueBytes);
  return { bytes: value.length + key.length + 64, puts: new Set([key]), deletes: [] };
}

function checkKey(key: string): void {
  if (key === '') throw new TypeError('key is not provided');
  if (key.length > maxKeyBytes) throw new TypeError(`key is longer than ${maxKeyBytes} bytes`);
}

function tooLarge(bytes: number, limit: number): StorageError {
  return new StorageError('too-large', `request is too large: ${bytes} bytes, at most ${limit}`);
}

function tooMany(limit: number): StorageError {
  return new StorageError('too-large', `too many operations in txn request (at most ${limit})`);
}

function duplicateKey(): TypeError {
  return new TypeError('duplicate key given in txn request');
}

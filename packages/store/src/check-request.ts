import { StorageError, type Operation, type TxnRequest } from './storage.ts';

export interface RequestLimits {
  maxValueBytes: number;
  /** All values of a transaction together. */
  maxTxnBytes: number;
  maxTxnOperations: number;
}

const maxKeyLength = 4096;

/** Refuses what cannot be right whatever the state is. Returns about how many bytes it would add to the disk. */
export function checkTxn(request: TxnRequest, limits: RequestLimits): number {
  for (const { key } of request.compares) checkKey(key);
  return Math.max(
    checkOperations(request.success, limits),
    request.failure === undefined ? 0 : checkOperations(request.failure, limits),
  );
}

/** Revisions and lease ids; 0 stands for none. */
export function checkNumber(what: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new TypeError(`${what} must be a whole number from 0 on`);
}

function checkKey(key: string): void {
  if (key === '') throw new TypeError('key is not provided');
  if (key.length > maxKeyLength) throw new TypeError(`key is longer than ${maxKeyLength}`);
  if (!key.isWellFormed()) throw new TypeError('key is not well-formed Unicode');
}

function checkOperations(operations: Operation[], limits: RequestLimits): number {
  if (operations.length > limits.maxTxnOperations) {
    throw new StorageError('too-large', `too many operations in txn request (at most ${limits.maxTxnOperations})`);
  }
  let bytes = 0;
  for (const operation of operations) {
    if (operation.type !== 'deletePrefix') checkKey(operation.key);
    if (operation.type !== 'put') continue;
    if (!(operation.value instanceof Uint8Array)) throw new TypeError('value must be bytes');
    checkNumber('lease', operation.lease ?? 0);
    if (operation.value.length > limits.maxValueBytes) throw tooLarge(operation.value.length, limits.maxValueBytes);
    bytes += operation.value.length + operation.key.length + 64;
  }
  if (bytes > limits.maxTxnBytes) throw tooLarge(bytes, limits.maxTxnBytes);
  if (operations.length > 1) checkOverlap(operations);
  return bytes;
}

function tooLarge(bytes: number, limit: number): StorageError {
  return new StorageError('too-large', `request is too large: ${bytes} bytes, at most ${limit}`);
}

/** As etcd has it: within a transaction a key is put at most once and not deleted as well. */
function checkOverlap(operations: Operation[]): void {
  const puts = new Set<string>();
  const duplicate = (): TypeError => new TypeError('duplicate key given in txn request');
  for (const operation of operations) {
    if (operation.type !== 'put') continue;
    if (puts.has(operation.key)) throw duplicate();
    puts.add(operation.key);
  }
  for (const operation of operations) {
    if (operation.type === 'delete' && puts.has(operation.key)) throw duplicate();
    if (operation.type === 'deletePrefix' && [...puts].some((key) => key.startsWith(operation.prefix))) {
      throw duplicate();
    }
  }
}

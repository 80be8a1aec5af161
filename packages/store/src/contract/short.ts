import { rejects } from 'node:assert/strict';
import { StorageError, type Operation, type Storage, type StorageErrorCode, type TxnResult } from '../storage.ts';

/** Short forms in which the cases are written. */

export function put(key: string, value: string, lease = 0): Operation {
  return { type: 'put', key, value: Buffer.from(value), lease };
}

export function write(store: Storage, ...success: Operation[]): Promise<TxnResult> {
  return store.txn({ compares: [], success });
}

export async function remove(store: Storage, key: string): Promise<TxnResult> {
  return write(store, { type: 'delete', key });
}

export async function read(store: Storage, key: string, revision = 0): Promise<string | undefined> {
  const { kv } = await store.get(key, { revision });
  return kv === undefined ? undefined : text(kv.value);
}

export function text(value: Uint8Array): string {
  return Buffer.from(value).toString();
}

/** `key=value` of everything under the prefix. */
export async function dump(store: Storage, prefix: string, revision = 0): Promise<string[]> {
  const { items } = await store.list(prefix, { revision });
  return items.map(({ key, value }) => `${key}=${text(value)}`);
}

export async function refused(attempt: Promise<unknown>, code: StorageErrorCode): Promise<void> {
  await rejects(attempt, (error: unknown) => error instanceof StorageError && error.code === code);
}

import { fromByteString, prefixRange, toByteString } from './byte-string.ts';
import type { EtcdOperation, EtcdOperationResult, EtcdTxnRequest } from './etcd-store.ts';
import type { KeyValue, Operation, OperationResult, TxnRequest, WatchEvent } from './storage.ts';

/** A transaction of the apiserver's storage interface in etcd's terms. */
export function widenTxn({ compares, success, failure }: TxnRequest): EtcdTxnRequest {
  return {
    compares: compares.map((compare) => ({ ...compare, key: toByteString(compare.key) })),
    success: success.map(widenOperation),
    failure: failure === undefined ? [] : failure.map(widenOperation),
  };
}

function widenOperation(operation: Operation): EtcdOperation {
  switch (operation.type) {
    case 'put':
      return { type: 'put', key: toByteString(operation.key), value: operation.value, lease: operation.lease };
    case 'delete':
      return { type: 'delete', key: toByteString(operation.key) };
    case 'deletePrefix':
      return { type: 'delete', ...prefixRange(toByteString(operation.prefix)) };
    case 'get':
      return { type: 'range', key: toByteString(operation.key) };
  }
}

/** The answer to an operation that widenTxn made. */
export function narrowResult(result: EtcdOperationResult): OperationResult {
  switch (result.type) {
    case 'put':
      return { kvs: result.previous === undefined ? [] : [narrowKeyValue(result.previous)] };
    case 'delete':
      return { kvs: result.previous.map(narrowKeyValue) };
    case 'range':
      return { kvs: result.kvs.map(narrowKeyValue) };
    case 'txn':
      throw new Error('the storage interface has no nested transactions');
  }
}

/** With its key as text; the same object where that makes no difference. */
export function narrowKeyValue(kv: KeyValue): KeyValue {
  const key = fromByteString(kv.key);
  return key === kv.key ? kv : { ...kv, key };
}

export function narrowEvent(event: WatchEvent): WatchEvent {
  const kv = narrowKeyValue(event.kv);
  if (kv === event.kv) return event;
  return { ...event, kv, previous: event.previous && narrowKeyValue(event.previous) };
}

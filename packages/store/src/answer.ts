import type { KeyRef, Response, ResultRef } from './command.ts';
import type { EtcdOperationResult } from './etcd-store.ts';
import type { KeyValue } from './storage.ts';

/** What a command is answered with: its response, with values in place of references. */
export type Answer =
  | { type: 'txn'; succeeded: boolean; revision: number; results: EtcdOperationResult[] }
  | Exclude<Response, { type: 'txn' }>;

export function toAnswer(response: Response, hydrate: (ref: KeyRef) => KeyValue): Answer {
  if (response.type !== 'txn') return response;
  return { ...response, results: response.results.map((result) => toResult(result, hydrate)) };
}

function toResult(result: ResultRef, hydrate: (ref: KeyRef) => KeyValue): EtcdOperationResult {
  switch (result.type) {
    case 'put':
      return { type: 'put', previous: result.previous && hydrate(result.previous) };
    case 'delete':
      return { type: 'delete', previous: result.previous.map(hydrate) };
    case 'range':
      return { ...result, kvs: result.kvs.map(hydrate) };
    case 'txn':
      return { ...result, results: result.results.map((each) => toResult(each, hydrate)) };
  }
}

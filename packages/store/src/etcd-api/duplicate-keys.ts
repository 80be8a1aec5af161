import { beforeEnd, isSingle } from '../byte-string.ts';
import type { KeyRange } from '../etcd-store.ts';
import type { DecodedRequestOp } from '../etcd-proto/index.ts';
import { etcdErrors } from './errors.ts';

interface Touched {
  puts: Set<string>;
  deletes: KeyRange[];
}

/**
 * A transaction may put a key once on each way it can go, and not also delete it, wherever in nested transactions; only
 * what excludes one another (success and failure of one of them) may put the same key (etcd's checkIntervals).
 * @throws RpcError
 */
export function checkDuplicateKeys(operations: readonly DecodedRequestOp[]): Touched {
  const puts = new Set<string>();
  const deletes: KeyRange[] = [];
  for (const { deleteRange } of operations) if (deleteRange !== undefined) deletes.push(deleteRange);
  const put = (key: string, allowed?: Set<string>): void => {
    if (puts.has(key) && allowed?.has(key) !== true) throw etcdErrors.duplicateKey;
    if (deletes.some((range) => contains(range, key))) throw etcdErrors.duplicateKey;
    puts.add(key);
  };
  for (const { txn } of operations) {
    if (txn === undefined) continue;
    const success = checkDuplicateKeys(txn.success);
    const failure = checkDuplicateKeys(txn.failure);
    for (const key of success.puts) put(key);
    for (const key of failure.puts) put(key, success.puts);
    deletes.push(...success.deletes, ...failure.deletes);
  }
  for (const operation of operations) if (operation.put !== undefined) put(operation.put.key);
  return { puts, deletes };
}

function contains(range: KeyRange, key: string): boolean {
  if (isSingle(range)) return key === range.key;
  return key >= range.key && beforeEnd(key, range.rangeEnd ?? '');
}

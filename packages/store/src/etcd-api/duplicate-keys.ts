import { inRange, isSingle } from '../byte-string.ts';
import type { KeyRange } from '../etcd-store.ts';
import type { DecodedRequestOp } from '../etcd-proto/index.ts';
import { etcdErrors } from './errors.ts';

/** What a part of a transaction may write, whichever way its compares go. */
interface Writes {
  puts: ReadonlySet<string>;
  deletes: readonly KeyRange[];
}

/**
 * A transaction may put a key once on each way it can go, and not also delete it, wherever in nested transactions; only
 * what excludes one another (success and failure of one of them) may write the same key. As etcd's checkIntervals, which
 * overlooks some: a key put in a nested transaction and deleted in a later one, and deletes of a range without an end.
 * @throws RpcError
 */
export function checkDuplicateKeys(operations: readonly DecodedRequestOp[]): Writes {
  const puts = new Set<string>();
  const deletes: KeyRange[] = [];
  for (const operation of operations) {
    const writes = writesOf(operation);
    for (const key of writes.puts) {
      if (puts.has(key) || deletes.some((range) => inRange(key, range))) throw etcdErrors.duplicateKey;
    }
    if (writes.deletes.some((range) => hits(range, puts))) throw etcdErrors.duplicateKey;
    for (const key of writes.puts) puts.add(key);
    deletes.push(...writes.deletes);
  }
  return { puts, deletes };
}

const nothing: Writes = { puts: new Set(), deletes: [] };

function writesOf({ put, deleteRange, txn }: DecodedRequestOp): Writes {
  if (put !== undefined) return { ...nothing, puts: new Set([put.key]) };
  if (deleteRange !== undefined) return { ...nothing, deletes: [deleteRange] };
  if (txn === undefined) return nothing;
  const one = checkDuplicateKeys(txn.success);
  const other = checkDuplicateKeys(txn.failure);
  return { puts: new Set([...one.puts, ...other.puts]), deletes: [...one.deletes, ...other.deletes] };
}

function hits(range: KeyRange, keys: ReadonlySet<string>): boolean {
  return isSingle(range) ? keys.has(range.key) : [...keys].some((key) => inRange(key, range));
}

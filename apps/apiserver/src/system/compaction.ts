import type { Storage } from '@wherry/store';

/** Upstream's key, and its way: whoever finds its version as it was compacts in this interval, the others do not. */
const KEY = 'compact_rev_key';

/** Forgets the history older than one interval, one of several apiservers at a time; nothing at the first run. */
export function createCompactor(storage: Storage): () => Promise<void> {
  let version = 0;
  let before = 0;
  return async () => {
    const { succeeded, revision, results } = await storage.txn({
      compares: [{ key: KEY, target: 'version', op: '=', value: version }],
      success: [{ type: 'put', key: KEY, value: Buffer.from(String(before)) }],
      failure: [{ type: 'get', key: KEY }],
    });
    const from = before;
    before = revision;
    version = succeeded ? version + 1 : (results[0]?.kvs[0]?.version ?? 0);
    if (succeeded && from > 0) await storage.compact(from);
  };
}

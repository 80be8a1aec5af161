import type { Storage } from '@wherry/store';

/** Forgets the history older than one interval: each run compacts to where the store was at the run before. */
export function createCompactor(storage: Storage): () => Promise<void> {
  let before = 0;
  return async () => {
    const revision = await storage.currentRevision('linearizable');
    if (before > 0 && before < revision) await storage.compact(before);
    before = revision;
  };
}

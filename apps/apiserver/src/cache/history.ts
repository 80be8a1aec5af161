import { expired } from '@wherry/apimachinery';
import { StorageError, type WatchEvent } from '@wherry/store';
import { entryFromStorage } from './entry.ts';
import type { Hub } from './hub.ts';
import type { CacheEvent, WatchCache } from './watch-cache.ts';

const ROOT = '/registry/';
/** More than this is not worth replaying: the client lists again. */
const MAX_EVENTS = 20_000;
const TIMEOUT_MS = 10_000;

export interface History {
  events: CacheEvent[];
  /** The events are complete up to here. */
  revision: number;
}

/**
 * The events of one cache after `from` that its ring no longer has, from the store's history, up to a revision from
 * which the ring goes on. Throws 410 when they are compacted or too many.
 */
export function readHistory(hub: Hub, cache: WatchCache, from: number): Promise<History> {
  const events: CacheEvent[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<History>();
  let over = false;
  const finish = (error?: Error) => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    // The handle is not there yet when the store answers within the call.
    queueMicrotask(() => handle.close());
    if (error) reject(error);
    else resolve({ events, revision: target });
  };
  const timer = setTimeout(() => finish(expired('the history could not be read in time')), TIMEOUT_MS);
  const target = hub.revision;
  const handle = hub.storage.watch(ROOT, from + 1, {
    onBatch(batch) {
      if (over) return;
      for (const event of batch.events) {
        if (event.kv.modRevision > target || !event.kv.key.startsWith(cache.encoding.keyPrefix)) continue;
        const seen = toCacheEvent(cache, event);
        if (seen) events.push(seen);
      }
      if (events.length > MAX_EVENTS) finish(expired('too many changes since'));
      else if (batch.revision >= target) finish();
    },
    onEnd(error) {
      finish(error ?? new StorageError('closed', 'the store is closed'));
    },
  });
  return promise;
}

function toCacheEvent(cache: WatchCache, event: WatchEvent): CacheEvent | undefined {
  const key = event.kv.key.slice(cache.encoding.keyPrefix.length);
  const { modRevision: revision } = event.kv;
  const previous =
    event.previous && entryFromStorage(key, event.previous.modRevision, event.previous.value, cache.encoding);
  if (event.type === 'put') {
    return {
      revision,
      deleted: false,
      entry: entryFromStorage(key, revision, event.kv.value, cache.encoding),
      previous,
    };
  }
  return previous && { revision, deleted: true, entry: previous.at(revision), previous };
}

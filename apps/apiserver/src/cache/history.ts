import { expired } from '@wherry/apimachinery';
import { StorageError, type WatchEvent } from '@wherry/store';
import { entryOf } from './entry.ts';
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
 * The events of one cache (of one namespace if given) after `from` that its ring no longer has, from the store's history, up to a revision from
 * which the ring goes on. Throws 410 when they are compacted or too many, 500 when one cannot be read.
 */
export function readHistory(hub: Hub, cache: WatchCache, from: number, namespace?: string): Promise<History> {
  const prefix = cache.encoding.keyPrefix + (namespace === undefined ? '' : `${namespace}/`);
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
      try {
        for (const event of batch.events) {
          if (event.kv.modRevision > target || !event.kv.key.startsWith(prefix)) continue;
          const seen = toCacheEvent(cache, event);
          if (seen) events.push(seen);
        }
      } catch (error) {
        finish(error as Error);
        return;
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
  const { modRevision: revision } = event.kv;
  const previous = event.previous && entryOf(event.previous, cache.encoding);
  if (event.type === 'put') {
    return {
      revision,
      deleted: false,
      entry: entryOf(event.kv, cache.encoding),
      previous,
    };
  }
  return previous && { revision, deleted: true, entry: previous.at(revision), previous };
}

import type { KubeObject } from '@wherry/apimachinery';
import type { Storage } from '@wherry/store';
import { announce, encodeForStorage, entryFromStorage, type Entry } from '../cache/entry.ts';
import { storageKey, type Served } from './served.ts';
import type { SideEffects } from './strategy.ts';

const none: SideEffects = { compares: [], operations: [] };

/**
 * Writes one object if it is still as `current` says (undefined: does not exist), together with its side effects.
 * @returns undefined when something else was there first; nothing was changed then.
 */
export async function commitPut(
  storage: Storage,
  served: Served,
  key: string,
  current: Entry | undefined,
  object: KubeObject,
  options: { effects?: SideEffects | undefined; lease?: number | undefined } = {},
): Promise<Entry | undefined> {
  const { encoding } = served.cache;
  const stored = served.conversion ? served.conversion.toStorage(object) : object;
  const value = encodeForStorage(encoding, stored);
  const effects = options.effects ?? none;
  const full = storageKey(served, key);
  announce(full, value);
  try {
    const result = await storage.txn({
      compares: [unchanged(served, key, current), ...effects.compares],
      success: [
        { type: 'put', key: full, value, ...(options.lease === undefined ? {} : { lease: options.lease }) },
        ...effects.operations,
      ],
    });
    if (!result.succeeded) return undefined;
    // The cache is told before we are: its entry, with its bytes, is the answer too.
    const cached = served.cache.get(key);
    return cached?.revision === result.revision ? cached : entryFromStorage(key, result.revision, value, encoding);
  } finally {
    announce(full, undefined);
  }
}

/** Removes one object if it is still as `current` says. @returns its last state under the deletion's revision. */
export async function commitDelete(
  storage: Storage,
  served: Served,
  current: Entry,
  effects: SideEffects = none,
): Promise<Entry | undefined> {
  const result = await storage.txn({
    compares: [unchanged(served, current.key, current), ...effects.compares],
    success: [{ type: 'delete', key: storageKey(served, current.key) }, ...effects.operations],
  });
  return result.succeeded ? current.at(result.revision) : undefined;
}

/** The change of another object in the same transaction: nothing is written if that one has changed meanwhile. */
export function replacement(served: Served, current: Entry, object: KubeObject): SideEffects {
  const value = encodeForStorage(served.cache.encoding, object);
  return {
    compares: [unchanged(served, current.key, current)],
    operations: [{ type: 'put', key: storageKey(served, current.key), value }],
  };
}

/** What a write would have stored, for dryRun=All. */
export function dryEntry(served: Served, key: string, revision: number, object: KubeObject): Entry {
  const { encoding } = served.cache;
  const stored = served.conversion ? served.conversion.toStorage(object) : object;
  return entryFromStorage(key, revision, encodeForStorage(encoding, stored), encoding);
}

function unchanged(served: Served, key: string, current: Entry | undefined) {
  const full = storageKey(served, key);
  return { key: full, target: 'modRevision', op: '=', value: current?.revision ?? 0 } as const;
}

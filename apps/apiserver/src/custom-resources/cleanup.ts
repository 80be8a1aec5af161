import { isNotFound } from '@wherry/apimachinery';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Entry } from '../cache/entry.ts';
import { deleteObject } from '../registry/delete.ts';
import { serverUser, type Registry } from '../registry/registry.ts';
import type { Served } from '../registry/served.ts';

const POLL_MS = 200;
/** They share a commit. */
const AT_ONCE = 32;

/** Deletes every object of a resource, and resolves when the last of them, and what held it, is gone. */
export async function removeInstances(registry: Registry, served: Served, signal: AbortSignal): Promise<void> {
  for (;;) {
    await registry.hub.sync();
    const entries = served.cache.list();
    if (entries.length === 0 || signal.aborted) return;
    const left = entries.filter(({ object }) => object.metadata.deletionTimestamp === undefined);
    for (let i = 0; i < left.length && !signal.aborted; i += AT_ONCE)
      await Promise.all(left.slice(i, i + AT_ONCE).map((entry) => remove(registry, served, entry)));
    if (served.cache.size > 0) await sleep(POLL_MS, undefined, { ref: false });
  }
}

async function remove(registry: Registry, served: Served, { key, object }: Entry): Promise<void> {
  try {
    await deleteObject(registry, served, key, object.metadata.name, {}, { user: serverUser, now: new Date() });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

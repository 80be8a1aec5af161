import { isNotFound } from '@wherry/apimachinery';
import { setTimeout as sleep } from 'node:timers/promises';
import { deleteObject } from '../registry/delete.ts';
import { serverUser, type Registry } from '../registry/registry.ts';
import type { Served } from '../registry/served.ts';

const POLL_MS = 200;

/** Deletes every object of a resource, and resolves when the last of them, and what held it, is gone. */
export async function removeInstances(registry: Registry, served: Served, signal: AbortSignal): Promise<void> {
  for (;;) {
    await registry.hub.sync();
    const entries = served.cache.list();
    if (entries.length === 0 || signal.aborted) return;
    for (const { key, object } of entries) {
      if (signal.aborted) return;
      if (object.metadata.deletionTimestamp !== undefined) continue;
      await deleteObject(registry, served, key, object.metadata.name, {}, { user: serverUser, now: new Date() }).catch(
        (error: unknown) => {
          if (!isNotFound(error)) throw error;
        },
      );
    }
    if (served.cache.size > 0) await sleep(POLL_MS, undefined, { ref: false });
  }
}

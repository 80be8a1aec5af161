import { randomUUID } from 'node:crypto';
import type { Operation, Compare } from '@wherry/store';
import { encodeForStorage } from '../../cache/entry.ts';
import { timeOf } from '../../registry/object-meta.ts';
import type { Registry } from '../../registry/registry.ts';
import { storageKey } from '../../registry/served.ts';
import { planDefaults, type PolicyObject, type PolicyPlural, type PolicyWrite } from './plan.ts';

/** Operations of one transaction; upstream's stores take 128. */
const BATCH = 100;
const ROUNDS = 5;

/**
 * Puts the default roles and bindings in order, many of them in one transaction and nothing when nothing differs.
 * Another server may do the same at the same time: what was changed meanwhile is looked at again.
 */
export async function reconcileDefaultPolicy(registry: Registry, now: Date): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const writes = planDefaults((plural, key) => lookUpPolicy(registry, plural, key));
    if (writes.length === 0) return;
    for (let at = 0; at < writes.length; at += BATCH) await commit(registry, writes.slice(at, at + BATCH), now);
    await registry.hub.sync();
  }
  throw new Error('the default roles are changed by somebody else all the time');
}

function servedOf(registry: Registry, plural: PolicyPlural) {
  return registry.served.get(`rbac.authorization.k8s.io/v1/${plural}`)!;
}

function lookUpPolicy(registry: Registry, plural: PolicyPlural, key: string): PolicyObject | undefined {
  return servedOf(registry, plural).cache.get(key)?.object as PolicyObject | undefined;
}

async function commit(registry: Registry, writes: readonly PolicyWrite[], now: Date): Promise<void> {
  const compares: Compare[] = [];
  const success: Operation[] = [];
  for (const { plural, key: cacheKey, object } of writes) {
    const served = servedOf(registry, plural);
    const key = storageKey(served, cacheKey);
    const present = served.cache.get(cacheKey);
    compares.push({ key, target: 'modRevision', op: '=', value: present?.revision ?? 0 });
    if (object === undefined) {
      success.push({ type: 'delete', key });
      continue;
    }
    const metadata = { uid: randomUUID(), creationTimestamp: timeOf(now), ...object.metadata };
    success.push({ type: 'put', key, value: encodeForStorage(served.cache.encoding, { ...object, metadata }) });
  }
  await registry.hub.storage.txn({ compares, success });
}

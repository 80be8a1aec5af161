import { deepEqual, type KubeObject } from '@wherry/apimachinery';
import { isPodTerminal, pods, resourceQuotas, services, type Pod, type Resource, type Service } from '@wherry/api';
import { keyOf } from '@wherry/client';
import type { Cache, Controller, Discovered, DiscoveredResource, Input, Sources } from '../runner/controller.ts';
import { changes } from '../runner/controller.ts';
import { reconcileQuota, type QuotaView } from './reconcile.ts';

/** How often a quota is counted anew though nothing seemed to change, as upstream. */
const resyncMs = 300_000;

/**
 * Counts what the objects of a namespace use of its quotas. Admission adds what is created; here it is found out what
 * has gone. The quota is read before the objects: whatever is charged in between makes the write conflict.
 */
export function resourceQuotaController(workers: number): Controller<QuotaView> {
  const kinds = new Map<string, Resource>();
  return {
    name: 'resourcequota-controller',
    component: 'resourcequota-controller',
    workers,
    inputs: [
      changes(resourceQuotas, (old, quota) =>
        quota === undefined ||
        (old !== undefined && deepEqual(old.spec, quota.spec) && deepEqual(old.status, quota.status))
          ? []
          : [keyOf(quota)],
      ),
      changes(pods, (old, pod, cache) => (frees(old, pod, released) ? quotasBeside(old, cache) : [])),
      changes(services, (old, service, cache) => (frees(old, service, retyped) ? quotasBeside(old, cache) : [])),
    ],
    inputsOf: (discovered) => inputsOf(discovered, kinds),
    outputs: { resourcequotas: ['status'] },
    view: (key, from) => view(key, from, kinds),
    reconcile: (seen, now) => ({ ...reconcileQuota(seen, now), requeueAfterMs: resyncMs }),
  };
}

/** Everything in a namespace can be counted. */
function inputsOf({ resources }: Discovered, kinds: Map<string, Resource>): Input[] {
  const counted = resources.filter(isCounted).map(({ resource }) => resource);
  for (const resource of counted) kinds.set(countName(resource), resource);
  return counted
    .filter((resource) => resource.group !== '' || (resource.plural !== 'pods' && resource.plural !== 'services'))
    .map((resource) => ({
      resource,
      wakes: (old, object, cache) => (object === undefined ? quotasBeside(old, cache) : []),
    }));
}

function isCounted({ resource, verbs }: DiscoveredResource): boolean {
  return (
    resource.namespaced &&
    resource.kind !== 'Event' &&
    ['create', 'list', 'watch'].every((verb) => verbs.includes(verb))
  );
}

/** As `count/...` names it. */
function countName({ group, plural }: Resource): string {
  return group === '' ? plural : `${plural}.${group}`;
}

async function view(
  key: string,
  { cache, live }: Sources<unknown>,
  kinds: ReadonlyMap<string, Resource>,
): Promise<QuotaView | undefined> {
  const cached = cache.get(resourceQuotas, key);
  if (cached === undefined) return undefined;
  const namespace = cached.metadata.namespace ?? '';
  const quota = await live.get(resourceQuotas, namespace, cached.metadata.name);
  if (quota === undefined) return undefined;
  const wanted = new Set(Object.keys(quota.spec.hard ?? {}).map(kindBehind));
  const named = [...kinds].filter(([name]) => wanted.has(name));
  const content = await Promise.all(
    named.map(async ([, resource]) => ({ resource, objects: (await live.list(resource, namespace)).items })),
  );
  return { quota, content };
}

/** The kind whose objects use an amount of this name. */
function kindBehind(name: string): string {
  if (name.startsWith('count/')) return name.slice('count/'.length);
  if (name.startsWith('services.')) return 'services';
  if (name === 'requests.storage' || name.includes('.storageclass.storage.k8s.io/')) return 'persistentvolumeclaims';
  const ofPods = /^(requests\.|limits\.|hugepages-)|^(pods|cpu|memory|ephemeral-storage)$/;
  return ofPods.test(name) ? 'pods' : name;
}

function frees<T>(old: T | undefined, object: T | undefined, gaveUp: (old: T, object: T) => boolean): boolean {
  return old !== undefined && (object === undefined || gaveUp(old, object));
}

/** A pod that has ended uses nothing any more; one that was resized may use less. */
function released(old: Pod, pod: Pod): boolean {
  return (!isPodTerminal(old) && isPodTerminal(pod)) || !deepEqual(old.spec, pod.spec);
}

function retyped(old: Service, service: Service): boolean {
  return old.spec.type !== service.spec.type || !deepEqual(old.spec.ports, service.spec.ports);
}

function quotasBeside(object: KubeObject | undefined, cache: Cache): string[] {
  return cache.byIndex(resourceQuotas, 'namespace', object?.metadata.namespace ?? '').map(keyOf);
}

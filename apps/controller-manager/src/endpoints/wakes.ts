import { deepEqual, labelsMatchMap } from '@wherry/apimachinery';
import { isPodReady, isPodTerminal, pods, services, type Pod } from '@wherry/api';
import { keyOf } from '@wherry/client';
import { changes, type Cache, type Input } from '../runner/controller.ts';

/** A pod wakes the services that select it, or did, when anything that an endpoint shows has changed. */
export const servicesOfPods: Input = changes(pods, (old, pod, cache) => {
  if (old !== undefined && pod !== undefined && deepEqual(shown(old), shown(pod))) return [];
  const keys = new Set<string>();
  for (const one of [old, pod]) if (one !== undefined) for (const key of selecting(one, cache)) keys.add(key);
  return keys;
});

function shown(pod: Pod): unknown {
  const { labels, deletionTimestamp, uid } = pod.metadata;
  const { nodeName, hostname, subdomain } = pod.spec;
  const { podIP, podIPs } = pod.status ?? {};
  const leaving = deletionTimestamp !== undefined;
  return {
    labels,
    leaving,
    uid,
    nodeName,
    hostname,
    subdomain,
    podIP,
    podIPs,
    ready: isPodReady(pod),
    ended: isPodTerminal(pod),
  };
}

function selecting(pod: Pod, cache: Cache): string[] {
  return cache
    .byIndex(services, 'namespace', pod.metadata.namespace ?? '')
    .filter((service) => labelsMatchMap(service.spec.selector, pod.metadata.labels))
    .map(keyOf);
}

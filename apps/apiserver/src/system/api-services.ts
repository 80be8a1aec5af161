import { apiServices, type APIService, type Resource } from '@wherry/api';
import { isConflict, isNotFound } from '@wherry/apimachinery';
import { deleteObject } from '../registry/delete.ts';
import { findServed, serverUser, type Registry } from '../registry/registry.ts';
import { createMissing } from './create-missing.ts';

const automanaged = 'kube-aggregator.kubernetes.io/automanaged';

/** The priority of each group, and of versions that share one: discovery lists them in this order, as upstream's. */
const groups: Readonly<Record<string, number>> = {
  '': 18_000,
  apps: 17_800,
  'events.k8s.io': 17_750,
  'authentication.k8s.io': 17_700,
  'authorization.k8s.io': 17_600,
  autoscaling: 17_500,
  batch: 17_400,
  'certificates.k8s.io': 17_300,
  'networking.k8s.io': 17_200,
  policy: 17_100,
  'rbac.authorization.k8s.io': 17_000,
  'storage.k8s.io': 16_800,
  'admissionregistration.k8s.io': 16_700,
  'apiextensions.k8s.io': 16_700,
  'scheduling.k8s.io': 16_600,
  'coordination.k8s.io': 16_500,
  'node.k8s.io': 16_300,
  'discovery.k8s.io': 16_200,
  'flowcontrol.apiserver.k8s.io': 16_100,
  'resource.k8s.io': 15_900,
};
const versions: Readonly<Record<string, number>> = {
  '/v1': 1,
  'autoscaling/v2': 30,
  'flowcontrol.apiserver.k8s.io/v1': 21,
};
const CUSTOM = { groupPriorityMinimum: 1_000, versionPriority: 100 };
const VERSION = 15;

/** One for every group-version that this server serves itself; none for those it no longer serves. */
export async function reconcileApiServices(registry: Registry, now: Date): Promise<void> {
  const wanted = localApiServices([...registry.served.values()].map(({ resource }) => resource));
  await Promise.all([...wanted.values()].map((service) => createMissing(registry, apiServices, service, now)));
  const { group, version, plural } = apiServices as Resource;
  const served = findServed(registry, group, version, plural);
  for (const { object } of served?.cache.list() ?? []) {
    const { metadata, spec } = object as APIService;
    if (served === undefined || spec.service !== undefined || wanted.has(metadata.name)) continue;
    if (metadata.labels?.[automanaged] === undefined) continue;
    try {
      await deleteObject(registry, served, metadata.name, metadata.name, {}, { user: serverUser, now });
    } catch (error) {
      // Gone already, or changed: the next round looks again.
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
  }
}

/** Pure: by name, which is `version.group`. The group of APIServices itself has none. */
export function localApiServices(resources: readonly Resource[]): Map<string, APIService> {
  const found = new Map<string, APIService>();
  for (const { group, version, custom } of resources) {
    const name = `${version}.${group}`;
    if (group === apiServices.group || found.has(name)) continue;
    const builtIn = Object.hasOwn(groups, group) && custom !== true;
    const priorities = builtIn
      ? { groupPriorityMinimum: groups[group] ?? 0, versionPriority: versions[`${group}/${version}`] ?? VERSION }
      : CUSTOM;
    const labels = { [automanaged]: builtIn ? 'onstart' : 'true' };
    found.set(name, { metadata: { name, labels }, spec: { group, version, ...priorities } });
  }
  return found;
}

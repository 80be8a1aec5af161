import {
  addQuantities,
  parseQuantity,
  quantityFromMilliValue,
  quantityFromValue,
  type KubeObject,
  type Quantity,
} from '@wherry/apimachinery';
import type { Container } from '../core/container.ts';
import type { PersistentVolumeClaim } from '../core/persistent-volume-claim.ts';
import type { Pod } from '../core/pod.ts';
import type { ResourceQuotaSpec, ScopedResourceSelectorRequirement } from '../core/resource-quota.ts';
import type { Service } from '../core/service.ts';
import type { Resource } from '../resource.ts';
import { isPodTerminal } from './pod-condition.ts';
import { podLimits, podQosClass, podRequests, type PodResources } from './pod-requests.ts';

/** Amounts by the names that a ResourceQuota's `hard` uses: `pods`, `requests.cpu`, `count/deployments.apps`, ... */
export type QuotaUsage = Readonly<Record<string, Quantity>>;
type Counted = Pick<Resource, 'group' | 'plural'>;

/** Kinds of the core group that are counted by their bare name as well. */
const countedByName = new Set([
  'configmaps',
  'persistentvolumeclaims',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'services',
]);
const CLASS_SUFFIX = '.storageclass.storage.k8s.io/';
/** What every container has to ask for when a quota limits it (upstream's backward compatibility rule). */
const askedOfContainers = ['cpu', 'limits.cpu', 'limits.memory', 'memory', 'requests.cpu', 'requests.memory'];

/** What one object uses of a quota; `now` in milliseconds, as pods past their grace period no longer count. */
export function quotaUsage(resource: Counted, object: KubeObject, now: number): QuotaUsage {
  const one = quantityFromValue(1);
  const name = resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
  const usage: Record<string, Quantity> = { [`count/${name}`]: one };
  if (resource.group !== '') return usage;
  if (countedByName.has(name)) usage[name] = one;
  if (name === 'pods') Object.assign(usage, podUsage(object as Pod, now));
  if (name === 'services') Object.assign(usage, serviceUsage(object as Service));
  if (name === 'persistentvolumeclaims') Object.assign(usage, claimUsage(object as PersistentVolumeClaim));
  return usage;
}

/** Whether a quota's scopes take in an object. Scopes are of pods: a quota that has any concerns nothing else. */
export function quotaMatches(spec: ResourceQuotaSpec, resource: Counted, object: KubeObject): boolean {
  const requirements = [
    ...(spec.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' })),
    ...(spec.scopeSelector?.matchExpressions ?? []),
  ];
  if (requirements.length === 0) return true;
  if (resource.group !== '' || resource.plural !== 'pods') return false;
  return requirements.every((requirement) => inScope(object as Pod, requirement));
}

/**
 * `limits.cpu for: a,b; memory for: a`: what the containers of a pod leave unsaid though a quota limits it; undefined
 * when nothing is missing.
 */
export function unsaidOfQuota(pod: Pod, hardNames: readonly string[]): string | undefined {
  const missing: string[] = [];
  for (const name of askedOfContainers) {
    if (!hardNames.includes(name) || isSaid(pod.spec.resources, name)) continue;
    const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
    const silent = containers.filter(({ resources }) => !isSaid(resources, name)).map((container) => container.name);
    if (silent.length > 0) missing.push(`${name} for: ${[...new Set(silent)].sort().join(',')}`);
  }
  return missing.length === 0 ? undefined : missing.join('; ');
}

export function addUsage(sum: Record<string, Quantity>, more: QuotaUsage): void {
  for (const [name, amount] of Object.entries(more)) {
    const before = sum[name];
    sum[name] = before === undefined ? amount : addQuantities(before, amount);
  }
}

function isSaid(resources: Container['resources'], name: string): boolean {
  const [kind, resource] = name.includes('.') ? (name.split('.') as [string, string]) : ['requests', name];
  return resources?.[kind as 'requests' | 'limits']?.[resource] !== undefined;
}

function podUsage(pod: Pod, now: number): Record<string, Quantity> {
  if (isPodTerminal(pod) || isPastGrace(pod, now)) return {};
  const usage: Record<string, Quantity> = { pods: quantityFromValue(1) };
  const requests = amounts(podRequests(pod));
  for (const [name, amount] of Object.entries(requests)) {
    usage[`requests.${name}`] = amount;
    if (['cpu', 'memory', 'ephemeral-storage'].includes(name) || name.startsWith('hugepages-')) usage[name] = amount;
  }
  const limits = amounts(podLimits(pod));
  for (const name of ['cpu', 'memory', 'ephemeral-storage']) {
    const amount = limits[name];
    if (amount !== undefined) usage[`limits.${name}`] = amount;
  }
  return usage;
}

function amounts({ cpuMilli, memoryBytes, ephemeralStorageBytes, other }: PodResources): Record<string, Quantity> {
  const found: Record<string, Quantity> = {};
  if (cpuMilli > 0) found['cpu'] = quantityFromMilliValue(cpuMilli);
  if (memoryBytes > 0) found['memory'] = quantityFromValue(memoryBytes, 'BinarySI');
  if (ephemeralStorageBytes > 0) found['ephemeral-storage'] = quantityFromValue(ephemeralStorageBytes, 'BinarySI');
  for (const [name, amount] of Object.entries(other)) found[name] = quantityFromValue(amount);
  return found;
}

/** Its node should have removed it by now: nothing is held for a pod on a lost node. */
function isPastGrace({ metadata }: Pod, now: number): boolean {
  if (metadata.deletionTimestamp === undefined || metadata.deletionGracePeriodSeconds === undefined) return false;
  return Date.parse(metadata.deletionTimestamp) < now;
}

function serviceUsage({ spec }: Service): Record<string, Quantity> {
  const usage: Record<string, Quantity> = {
    'services.loadbalancers': quantityFromValue(0),
    'services.nodeports': quantityFromValue(0),
  };
  const ports = spec.ports ?? [];
  if (spec.type === 'NodePort') usage['services.nodeports'] = quantityFromValue(ports.length);
  if (spec.type === 'LoadBalancer') {
    usage['services.loadbalancers'] = quantityFromValue(1);
    const withNodePort =
      spec.allocateLoadBalancerNodePorts === false ? ports.filter((port) => (port.nodePort ?? 0) !== 0) : ports;
    usage['services.nodeports'] = quantityFromValue(withNodePort.length);
  }
  return usage;
}

function claimUsage({ metadata, spec }: PersistentVolumeClaim): Record<string, Quantity> {
  const usage: Record<string, Quantity> = {};
  const storage = spec.resources?.requests?.['storage'];
  if (storage !== undefined) usage['requests.storage'] = parseQuantity(storage);
  const storageClass = metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec.storageClassName ?? '';
  if (storageClass === '') return usage;
  usage[`${storageClass}${CLASS_SUFFIX}persistentvolumeclaims`] = quantityFromValue(1);
  if (storage !== undefined) usage[`${storageClass}${CLASS_SUFFIX}requests.storage`] = parseQuantity(storage);
  return usage;
}

function inScope(pod: Pod, requirement: ScopedResourceSelectorRequirement): boolean {
  const { spec } = pod;
  switch (requirement.scopeName) {
    case 'Terminating':
      return spec.activeDeadlineSeconds !== undefined;
    case 'NotTerminating':
      return spec.activeDeadlineSeconds === undefined;
    case 'BestEffort':
      return podQosClass(pod) === 'BestEffort';
    case 'NotBestEffort':
      return podQosClass(pod) !== 'BestEffort';
    case 'PriorityClass':
      return matchesClass(spec.priorityClassName ?? '', requirement);
    case 'CrossNamespacePodAffinity':
      return reachesOtherNamespaces(pod);
    default:
      return false;
  }
}

function matchesClass(name: string, { operator, values }: ScopedResourceSelectorRequirement): boolean {
  if (operator === 'Exists') return name !== '';
  if (operator === 'DoesNotExist') return name === '';
  const listed = values?.includes(name) === true;
  return operator === 'In' ? listed && name !== '' : !listed;
}

function reachesOtherNamespaces({ spec: { affinity } }: Pod): boolean {
  const terms = [affinity?.podAffinity, affinity?.podAntiAffinity].flatMap((one) => [
    ...(one?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(one?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((weighted) => weighted.podAffinityTerm),
  ]);
  return terms.some((term) => (term.namespaces?.length ?? 0) > 0 || term.namespaceSelector !== undefined);
}

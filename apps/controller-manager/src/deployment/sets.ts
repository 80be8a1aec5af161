import { semanticEqual } from '@wherry/apimachinery';
import type { Deployment, PodTemplateSpec, ReplicaSet } from '@wherry/api';

export const templateHashLabel = 'pod-template-hash';

/** The oldest ReplicaSet with the Deployment's template. */
export function findNewSet(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  const wanted = withoutHash(deployment.spec.template);
  return sets.toSorted(byCreation).find((set) => semanticEqual(withoutHash(set.spec.template), wanted));
}

export function sameTemplate(deployment: Deployment, set: ReplicaSet): boolean {
  return semanticEqual(withoutHash(set.spec.template), withoutHash(deployment.spec.template));
}

/** Oldest first. */
export function byCreation(a: ReplicaSet, b: ReplicaSet): number {
  return (
    compareText(a.metadata.creationTimestamp, b.metadata.creationTimestamp) ||
    compareText(a.metadata.name, b.metadata.name)
  );
}
/** Most replicas first, of equals the newest. */
export function bySizeNewer(a: ReplicaSet, b: ReplicaSet): number {
  return replicasOf(b) - replicasOf(a) || byCreation(b, a);
}
/** Most replicas first, of equals the oldest. */
export function bySizeOlder(a: ReplicaSet, b: ReplicaSet): number {
  return replicasOf(b) - replicasOf(a) || byCreation(a, b);
}

export function replicasOf(set: ReplicaSet): number {
  return set.spec.replicas ?? 1;
}
export function isActive(set: ReplicaSet): boolean {
  return replicasOf(set) > 0;
}
export function sumReplicas(sets: readonly ReplicaSet[]): number {
  return sum(sets, replicasOf);
}
export function sumStatus(
  sets: readonly ReplicaSet[],
  count: 'replicas' | 'readyReplicas' | 'availableReplicas' | 'terminatingReplicas',
): number {
  return sum(sets, (set) => set.status?.[count] ?? 0);
}

function sum(sets: readonly ReplicaSet[], value: (set: ReplicaSet) => number): number {
  return sets.reduce((total, set) => total + value(set), 0);
}

function withoutHash(template: PodTemplateSpec | undefined): PodTemplateSpec | undefined {
  if (template?.metadata?.labels?.[templateHashLabel] === undefined) return template;
  const { [templateHashLabel]: _, ...labels } = template.metadata.labels;
  return { ...template, metadata: { ...template.metadata, labels } };
}

function compareText(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

import type { KubeObject } from '@wherry/apimachinery';
import { getCondition, type Namespace, type NamespaceCondition } from '@wherry/api';
import { formatTime } from '@wherry/client';
import type { DeleteStep, Plan } from '../runner/plan.ts';

export interface NamespaceView {
  readonly namespace: Namespace;
  /** What is in it, of the resources that can be listed and deleted. */
  readonly contents: readonly Content[];
  /** Groups whose resources are not known. */
  readonly discoveryFailures: readonly string[];
  /** Resources that could not be listed. */
  readonly listFailures: readonly string[];
}
export interface Content {
  /** `pods`, `replicasets.apps` */
  readonly resource: string;
  /** Whether all can be deleted in one request. */
  readonly collection: boolean;
  readonly items: readonly KubeObject[];
}

const finalizer = 'kubernetes';
/** Soon after a deletion most things are gone; what is not, waits for somebody. */
const firstLookMs = 50;
const laterLookMs = 1_000;

/** Empties a namespace that is being deleted, pods before all else, and lets it go when nothing is left. */
export function reconcileNamespace(view: NamespaceView, now: number): Plan {
  const { namespace, contents } = view;
  if (namespace.metadata.deletionTimestamp === undefined) return {};
  if (namespace.spec.finalizers?.includes(finalizer) !== true) return {};
  const left = contents.filter(({ items }) => items.length > 0);
  const known = view.discoveryFailures.length === 0 && view.listFailures.length === 0;
  const conditions = conditionsOf(view, left, now);
  const status = withConditions(namespace, conditions);
  if (left.length === 0 && known) {
    const finalizers = namespace.spec.finalizers.filter((one) => one !== finalizer);
    const object: Namespace = { ...namespace, spec: { ...namespace.spec, finalizers } };
    return { status, finalize: [{ resource: 'namespaces', object }] };
  }
  const pods = left.filter(({ resource }) => resource === 'pods');
  // Pods first (KEP-5080): what they need, such as policies and credentials, is there until they are gone.
  const turn = pods.length > 0 ? pods : left;
  const fresh = turn.filter(({ items }) => items.some((item) => item.metadata.deletionTimestamp === undefined));
  return {
    delete: fresh.filter(({ collection }) => !collection).flatMap(singleDeletions),
    deleteCollection: fresh
      .filter(({ collection }) => collection)
      .map(({ resource }) => ({ resource, namespace: namespace.metadata.name })),
    status,
    requeueAfterMs: fresh.length > 0 ? firstLookMs : laterLookMs,
  };
}

function singleDeletions({ resource, items }: Content): DeleteStep[] {
  return items
    .filter((item) => item.metadata.deletionTimestamp === undefined)
    .map(({ metadata: { namespace, name, uid } }) => ({
      resource,
      namespace,
      name,
      uid,
      propagationPolicy: 'Background',
    }));
}

function withConditions(namespace: Namespace, conditions: NamespaceCondition[]): Plan['status'] {
  const current = namespace.status?.conditions;
  const same = conditions.every((one) => {
    const old = getCondition(current, one.type);
    return old?.status === one.status && old.reason === one.reason && old.message === one.message;
  });
  if (same && namespace.status?.phase === 'Terminating') return [];
  const merged = conditions.map((one) => {
    const old = getCondition(current, one.type);
    return old?.status === one.status ? { ...one, lastTransitionTime: old.lastTransitionTime } : one;
  });
  const status = { ...namespace.status, phase: 'Terminating', conditions: merged };
  return [{ resource: 'namespaces', object: { ...namespace, status } as Namespace }];
}

function conditionsOf(view: NamespaceView, left: readonly Content[], now: number): NamespaceCondition[] {
  const lastTransitionTime = formatTime(now);
  const one = (
    type: string,
    bad: { reason: string; message: string } | undefined,
    reason: string,
    message: string,
  ): NamespaceCondition =>
    bad === undefined
      ? { type, status: 'False', lastTransitionTime, reason, message }
      : { type, status: 'True', lastTransitionTime, ...bad };
  return [
    one(
      'NamespaceDeletionDiscoveryFailure',
      failure('DiscoveryFailed', 'Discovery failed for some groups', view.discoveryFailures),
      'ResourcesDiscovered',
      'All resources successfully discovered',
    ),
    one(
      'NamespaceDeletionGroupVersionParsingFailure',
      undefined,
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ),
    one(
      'NamespaceDeletionContentFailure',
      failure('ContentDeletionFailed', 'Failed to delete all resource types', view.listFailures),
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ),
    one('NamespaceContentRemaining', remaining(left), 'ContentRemoved', 'All content successfully removed'),
    one(
      'NamespaceFinalizersRemaining',
      finalizing(left),
      'ContentHasNoFinalizers',
      'All content-preserving finalizers finished',
    ),
  ];
}

function failure(
  reason: string,
  what: string,
  failures: readonly string[],
): { reason: string; message: string } | undefined {
  if (failures.length === 0) return undefined;
  return { reason, message: `${what}, ${failures.length} remaining: ${failures.join(', ')}` };
}

function remaining(left: readonly Content[]): { reason: string; message: string } | undefined {
  if (left.length === 0) return undefined;
  const parts = left.map(
    ({ resource, items }) =>
      `${resource.includes('.') ? resource : `${resource}.`} has ${items.length} resource instances`,
  );
  return { reason: 'SomeResourcesRemain', message: `Some resources are remaining: ${parts.toSorted().join(', ')}` };
}

function finalizing(left: readonly Content[]): { reason: string; message: string } | undefined {
  const counts = new Map<string, number>();
  for (const { items } of left) {
    for (const { metadata } of items) {
      for (const one of metadata.finalizers ?? []) counts.set(one, (counts.get(one) ?? 0) + 1);
    }
  }
  if (counts.size === 0) return undefined;
  const parts = [...counts].map(([name, count]) => `${name} in ${count} resource instances`);
  const message = `Some content in the namespace has finalizers remaining: ${parts.toSorted().join(', ')}`;
  return { reason: 'SomeFinalizersRemain', message };
}

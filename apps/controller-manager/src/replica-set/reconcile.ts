import { clone, type ObjectMeta } from '@wherry/apimachinery';
import {
  isPodActive,
  isPodTerminal,
  pods,
  replicaSets,
  type Pod,
  type PodTemplateSpec,
  type ReplicaSet,
} from '@wherry/api';
import { claim } from '../ownership/claim.ts';
import { controllerOf, controllerRef } from '../ownership/controller-ref.ts';
import type { CreateStep, DeleteStep, Failure, Plan } from '../runner/plan.ts';
import { compareForDeletion } from './rank.ts';
import { differs, nextAvailableMs, replicaSetStatus } from './status.ts';

export interface ReplicaSetView {
  readonly set: ReplicaSet;
  /** The pods of its namespace that it owns or may own. */
  readonly pods: readonly Pod[];
  /** The pods of all ReplicaSets of the same owner, by which crowded nodes are told. */
  readonly related: readonly Pod[];
  readonly failure: Failure | undefined;
}

/** At most so many pods are created or deleted in one step. */
const burstReplicas = 500;

/** Makes as many pods as the spec says, and says in the status what there is. */
export function reconcileReplicaSet(view: ReplicaSetView, now: number): Plan {
  const { set, failure } = view;
  const candidates = view.pods.filter(isPodActive);
  const { claimed, patches } = claim(set, replicaSets, candidates, pods);
  const leaving = set.metadata.deletionTimestamp !== undefined;
  const missing = leaving ? 0 : (set.spec.replicas ?? 1) - claimed.length;
  const status = replicaSetStatus(set, claimed, terminatingCount(view), failure, now);
  return {
    patch: patches,
    create: missing > 0 ? creations(set, Math.min(missing, burstReplicas)) : [],
    delete: missing < 0 ? deletions(set, claimed, view.related, Math.min(-missing, burstReplicas), now) : [],
    status: differs(set, status) ? [{ resource: 'replicasets.apps', object: { ...set, status } as ReplicaSet }] : [],
    requeueAfterMs: nextAvailableMs(set, claimed, now),
  };
}

function terminatingCount({ set, pods: all }: ReplicaSetView): number {
  return all.filter(
    (pod) =>
      pod.metadata.deletionTimestamp !== undefined &&
      !isPodTerminal(pod) &&
      controllerOf(pod)?.uid === set.metadata.uid,
  ).length;
}

function creations(set: ReplicaSet, count: number): CreateStep[] {
  const announce = {
    about: set,
    done: { reason: 'SuccessfulCreate', message: 'Created pod: {name}' },
    failed: { reason: 'FailedCreate', message: 'Error creating: {error}' },
  };
  return Array.from({ length: count }, () => ({ resource: 'pods', object: podOf(set), announce }));
}

function podOf(set: ReplicaSet): Pod {
  const template: PodTemplateSpec = clone(set.spec.template ?? { spec: { containers: [] } });
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    metadata: {
      generateName: `${set.metadata.name}-`,
      namespace: set.metadata.namespace,
      labels,
      annotations,
      finalizers,
      ownerReferences: [controllerRef(set, replicaSets)],
    } as ObjectMeta,
    spec: template.spec,
  };
}

function deletions(
  set: ReplicaSet,
  claimed: readonly Pod[],
  related: readonly Pod[],
  count: number,
  now: number,
): DeleteStep[] {
  const onNode = new Map<string, number>();
  for (const { spec } of related) {
    if (spec.nodeName !== undefined) onNode.set(spec.nodeName, (onNode.get(spec.nodeName) ?? 0) + 1);
  }
  const ranked = claimed.map((pod) => ({ pod, related: onNode.get(pod.spec.nodeName ?? '') ?? 0 }));
  const chosen = ranked.toSorted((a, b) => compareForDeletion(a, b, now)).slice(0, count);
  return chosen.map(({ pod }) => ({
    resource: 'pods',
    namespace: pod.metadata.namespace,
    name: pod.metadata.name,
    uid: pod.metadata.uid,
    announce: {
      about: set,
      done: { reason: 'SuccessfulDelete', message: 'Deleted pod: {name}' },
      failed: { reason: 'FailedDelete', message: 'Error deleting: {error}' },
    },
  }));
}

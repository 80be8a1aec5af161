import { getCondition, isPodTerminal, type Node, type Pod } from '@wherry/api';
import { formatTime } from '@wherry/client';
import type { DeleteStep, PatchStep, Plan, Verification } from '../runner/plan.ts';

export interface PodGcView {
  readonly pods: readonly Pod[];
  readonly nodes: readonly Node[];
  readonly terminatedThreshold: number;
  readonly memory: PodGcMemory | undefined;
}
/** When each node was first found missing. */
export interface PodGcMemory {
  readonly missingSince: Readonly<Record<string, number>>;
}

const periodMs = 20_000;
/** A node that has just gone may be coming back under the same name. */
const quarantineMs = 40_000;
const outOfService = 'node.kubernetes.io/out-of-service';

/** Removes pods that nobody else will: too many that have ended, and those that no kubelet answers for. */
export function reconcilePodGc(view: PodGcView, now: number): Plan<PodGcMemory> {
  const missingSince = missingNodes(view, now);
  const deletions = new Map<string, DeleteStep>();
  const patch: PatchStep[] = [];
  const remove = (pod: Pod, message: string | undefined, verify?: Verification): void => {
    const { namespace, name, uid = '' } = pod.metadata;
    if (deletions.has(uid)) return;
    deletions.set(uid, { resource: 'pods', namespace, name, uid, gracePeriodSeconds: 0, verify });
    if (!isPodTerminal(pod)) patch.push({ ...markFailed(pod, message, now), verify });
  };
  for (const pod of excessTerminated(view)) remove(pod, undefined);
  const nodes = new Map(view.nodes.map((node) => [node.metadata.name, node]));
  for (const pod of view.pods) {
    const { nodeName } = pod.spec;
    const leaving = pod.metadata.deletionTimestamp !== undefined;
    if (nodeName === undefined || nodeName === '') {
      if (leaving) remove(pod, undefined);
      continue;
    }
    const node = nodes.get(nodeName);
    if (node === undefined) {
      if (now - (missingSince[nodeName] ?? now) < quarantineMs) continue;
      const verify: Verification = { resource: 'nodes', namespace: undefined, name: nodeName, state: 'absent' };
      remove(pod, 'PodGC: node no longer exists', verify);
    } else if (leaving && isOutOfService(node)) {
      remove(pod, undefined);
    }
  }
  return { patch, delete: [...deletions.values()], requeueAfterMs: periodMs, remember: { missingSince } };
}

function missingNodes({ pods, nodes, memory }: PodGcView, now: number): Record<string, number> {
  const known = new Set(nodes.map((node) => node.metadata.name));
  const missing: Record<string, number> = {};
  for (const { spec } of pods) {
    const name = spec.nodeName;
    if (name === undefined || name === '' || known.has(name)) continue;
    missing[name] = memory?.missingSince[name] ?? now;
  }
  return missing;
}

/** The oldest of the pods that have ended, beyond the threshold; zero or less keeps all. */
function excessTerminated({ pods, terminatedThreshold }: PodGcView): Pod[] {
  if (terminatedThreshold <= 0) return [];
  const ended = pods.filter(isPodTerminal);
  const excess = ended.length - terminatedThreshold;
  if (excess <= 0) return [];
  const age = ({ metadata }: Pod): string => `${metadata.creationTimestamp ?? ''} ${metadata.name}`;
  return ended.toSorted((a, b) => (age(a) < age(b) ? -1 : 1)).slice(0, excess);
}

function isOutOfService(node: Node): boolean {
  const ready = getCondition(node.status?.conditions, 'Ready')?.status;
  return ready !== 'True' && node.spec.taints?.some((taint) => taint.key === outOfService) === true;
}

function markFailed(pod: Pod, message: string | undefined, now: number): PatchStep {
  const { namespace, name, uid } = pod.metadata;
  const type = 'DisruptionTarget';
  const lastTransitionTime = formatTime(now);
  const conditions =
    message === undefined
      ? undefined
      : [{ type, status: 'True', reason: 'DeletionByPodGC', message, lastTransitionTime }];
  const patch = { metadata: { uid }, status: { phase: 'Failed', conditions } };
  return { resource: 'pods', namespace, name, uid, type: 'strategic', subresource: 'status', patch };
}

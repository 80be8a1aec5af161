import type { Pod } from '@wherry/api';

export interface DrainOptions {
  readonly force: boolean;
  readonly ignoreDaemonSets: boolean;
  readonly deleteEmptyDirData: boolean;
}

export interface DrainPlan {
  readonly evict: readonly Pod[];
  readonly warnings: readonly string[];
  /** Why the node may not be drained; empty when it may. */
  readonly refusals: readonly string[];
}

interface Verdict {
  readonly evict: boolean;
  readonly warning?: string;
  readonly refusal?: string;
}

const words = {
  daemonSetRefusal: 'cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)',
  daemonSetWarning: 'ignoring DaemonSet-managed Pods',
  localRefusal: 'cannot delete Pods with local storage (use --delete-emptydir-data to override)',
  localWarning: 'deleting Pods with local storage',
  unmanagedRefusal: 'cannot delete Pods that declare no controller (use --force to override)',
  unmanagedWarning: 'deleting Pods that declare no controller',
};

/** Which pods leave a node that is drained, and what the user must be told or asked first. */
export function planDrain(pods: readonly Pod[], options: DrainOptions): DrainPlan {
  const evict: Pod[] = [];
  const warnings = new Map<string, string[]>();
  const refusals = new Map<string, string[]>();
  const note = (notes: Map<string, string[]>, what: string | undefined, pod: Pod): void => {
    if (what === undefined) return;
    notes.set(what, [...(notes.get(what) ?? []), `${pod.metadata.namespace}/${pod.metadata.name}`]);
  };
  for (const pod of pods) {
    const verdict = judge(pod, options);
    if (verdict.evict) evict.push(pod);
    note(warnings, verdict.warning, pod);
    note(refusals, verdict.refusal, pod);
  }
  const lines = (notes: Map<string, string[]>): string[] =>
    [...notes].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([what, names]) => `${what}: ${names.join(', ')}`);
  return { evict, warnings: lines(warnings), refusals: lines(refusals) };
}

function judge(pod: Pod, options: DrainOptions): Verdict {
  if (pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) return { evict: false };
  const finished = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  const owner = pod.metadata.ownerReferences?.find((o) => o.controller);
  if (owner?.kind === 'DaemonSet' && !finished) {
    return options.ignoreDaemonSets
      ? { evict: false, warning: words.daemonSetWarning }
      : { evict: false, refusal: words.daemonSetRefusal };
  }
  if (finished) return { evict: true };
  if (pod.spec.volumes?.some((v) => v.emptyDir) && !options.deleteEmptyDirData) {
    return { evict: false, refusal: words.localRefusal };
  }
  if (!owner) {
    return options.force
      ? { evict: true, warning: words.unmanagedWarning }
      : { evict: false, refusal: words.unmanagedRefusal };
  }
  return pod.spec.volumes?.some((v) => v.emptyDir) ? { evict: true, warning: words.localWarning } : { evict: true };
}

import type { Deployment, PodTemplateSpec, ReplicaSet } from '@wherry/api';
import { CliError } from '../cli/errors.ts';
import { layOut, plainLayout } from '../printing/tab-writer.ts';

const revisionAnnotation = 'deployment.kubernetes.io/revision';

export interface Revision {
  readonly revision: number;
  readonly replicaSet: ReplicaSet;
  readonly changeCause: string;
}

/** The revisions of a Deployment, oldest first, from the ReplicaSets it owns. */
export function revisionsOf(deployment: Deployment, replicaSets: readonly ReplicaSet[]): Revision[] {
  return replicaSets
    .filter((rs) => rs.metadata.ownerReferences?.some((o) => o.uid === deployment.metadata.uid && o.controller))
    .map((replicaSet) => ({
      replicaSet,
      revision: Number(replicaSet.metadata.annotations?.[revisionAnnotation] ?? 0),
      changeCause: replicaSet.metadata.annotations?.['kubernetes.io/change-cause'] || '<none>',
    }))
    .filter((r) => r.revision > 0)
    .toSorted((a, b) => a.revision - b.revision);
}

export function formatHistory(revisions: readonly Pick<Revision, 'revision' | 'changeCause'>[]): string {
  if (revisions.length === 0) return 'No rollout history found.\n';
  const lines = revisions.map((r) => `${r.revision}\t${r.changeCause}`);
  return `${layOut(['REVISION\tCHANGE-CAUSE', ...lines].join('\n'), plainLayout)}\n\n`;
}

export function requireRevision(revisions: readonly Revision[], wanted: number): Revision {
  const found = revisions.find((r) => r.revision === wanted);
  if (!found) throw new CliError(`unable to find the specified revision`);
  return found;
}

/** Which revision `rollout undo` goes to: the one asked for, or the one before the newest. */
export function revisionToRestore(deployment: Deployment, revisions: readonly Revision[], wanted: number): Revision {
  const { name } = deployment.metadata;
  if (wanted > 0) {
    const found = revisions.find((r) => r.revision === wanted);
    if (!found) throw new CliError(`unable to find specified revision ${wanted} in history`);
    return found;
  }
  const previous = revisions.at(-2);
  if (!previous) throw new CliError(`no rollout history found for deployment ${JSON.stringify(name)}`);
  return previous;
}

/** A ReplicaSet's template as the Deployment had it: without the hash that the controller adds. */
export function templateOf(replicaSet: ReplicaSet): PodTemplateSpec {
  const template: Partial<PodTemplateSpec> = replicaSet.spec?.template ?? {};
  const { 'pod-template-hash': _, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } } as PodTemplateSpec;
}

const controllersOwn = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  'deployment.kubernetes.io/revision-history',
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
]);

/** The annotations after a rollback: the revision's own, and those that belong to the Deployment as it is. */
export function annotationsAfterUndo(deployment: Deployment, replicaSet: ReplicaSet): Record<string, string> {
  const kept = Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => controllersOwn.has(key));
  const restored = Object.entries(replicaSet.metadata.annotations ?? {}).filter(([key]) => !controllersOwn.has(key));
  return Object.fromEntries([...kept, ...restored]);
}

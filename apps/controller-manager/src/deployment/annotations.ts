import type { Deployment, ReplicaSet } from '@wherry/api';
import { maxSurge } from './bounds.ts';

export const revisionAnnotation = 'deployment.kubernetes.io/revision';
const historyAnnotation = 'deployment.kubernetes.io/revision-history';
const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas';
const maxAnnotation = 'deployment.kubernetes.io/max-replicas';
const ownAnnotations = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deprecated.deployment.rollback.to',
  revisionAnnotation,
  historyAnnotation,
  desiredAnnotation,
  maxAnnotation,
]);
const maxHistoryLength = 2000;

export type Annotations = Record<string, string>;

/** Zero when it has none. */
export function revisionOf(object: { metadata: { annotations?: Annotations | undefined } }): number {
  return integer(object.metadata.annotations?.[revisionAnnotation]) ?? 0;
}
export function desiredReplicas(set: ReplicaSet): number | undefined {
  return integer(set.metadata.annotations?.[desiredAnnotation]);
}
export function maxReplicas(set: ReplicaSet): number | undefined {
  return integer(set.metadata.annotations?.[maxAnnotation]);
}

/** With the replicas that the Deployment wants, and may have, as of now. */
export function withReplicas(annotations: Annotations | undefined, deployment: Deployment): Annotations {
  const replicas = deployment.spec.replicas ?? 1;
  return {
    ...annotations,
    [desiredAnnotation]: String(replicas),
    [maxAnnotation]: String(replicas + maxSurge(deployment)),
  };
}

/** The annotations of the new ReplicaSet: the Deployment's, its revision, and the revisions it had before. */
export function newSetAnnotations(
  deployment: Deployment,
  old: Annotations | undefined,
  newRevision: number,
): Annotations {
  const result: Annotations = { ...old };
  for (const [name, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (!ownAnnotations.has(name)) result[name] = value;
  }
  const oldRevision = result[revisionAnnotation];
  if ((integer(oldRevision) ?? 0) < newRevision) {
    result[revisionAnnotation] = String(newRevision);
    if (oldRevision !== undefined) result[historyAnnotation] = history(result[historyAnnotation], oldRevision);
  }
  return result;
}

function history(text: string | undefined, revision: string): string {
  if (text === undefined || text === '') return revision;
  const revisions = [...text.split(','), revision];
  while (revisions.join(',').length > maxHistoryLength) revisions.shift();
  return revisions.join(',');
}

function integer(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
}

import type { Rejection } from './plugin.ts';

/** Why a pod found no node. */
export interface Diagnosis {
  readonly nodeCount: number;
  /** By node; a node of which nothing is said here was refused by `absent`. */
  readonly rejections: ReadonlyMap<string, Rejection>;
  readonly absent?: Rejection | undefined;
  /** When PreFilter refused all nodes at once. */
  readonly preFilterMessage?: string | undefined;
  /** Names of the plugins that rejected: their hints decide what wakes the pod. */
  readonly plugins: ReadonlySet<string>;
}

export const noNodesMessage = 'no nodes available to schedule pods';

/** The words of the FailedScheduling event: reasons counted over the nodes, sorted as text (upstream's FitError). */
export function fitErrorMessage(diagnosis: Diagnosis, postFilterMessage?: string): string {
  const { nodeCount, preFilterMessage } = diagnosis;
  if (nodeCount === 0) return noNodesMessage;
  let message = `0/${nodeCount} nodes are available:`;
  if (preFilterMessage !== undefined) message += ` ${preFilterMessage}.`;
  else {
    const reasons = countReasons(diagnosis);
    if (reasons.length > 0) message += ` ${reasons.join(', ')}.`;
  }
  return postFilterMessage === undefined ? message : `${message} ${postFilterMessage}`;
}

function countReasons(diagnosis: Diagnosis): string[] {
  const counts = new Map<string, number>();
  const count = (rejection: Rejection, nodes: number): void => {
    for (const reason of rejection.reasons) counts.set(reason, (counts.get(reason) ?? 0) + nodes);
  };
  for (const rejection of diagnosis.rejections.values()) count(rejection, 1);
  const absent = diagnosis.nodeCount - diagnosis.rejections.size;
  if (diagnosis.absent !== undefined && absent > 0) count(diagnosis.absent, absent);
  return [...counts].map(([reason, nodes]) => `${nodes} ${reason}`).toSorted();
}

import type { Plugin, Rejection } from '../framework/plugin.ts';
import type { PodInfo } from '../framework/pod-info.ts';
import { defaultNormalize } from '../framework/normalize.ts';
import { matchesRequired, matchesTerm, requiredNodeNames } from './node-selector.ts';

const rejection: Rejection = { unresolvable: true, reasons: ["node(s) didn't match Pod's node affinity/selector"] };

/** nodeSelector and node affinity: the required part filters, the preferred part scores by its weights. */
export const nodeAffinity: Plugin = {
  name: 'NodeAffinity',
  weight: 2,
  preFilter(_cycle, info) {
    const { affinity, nodeSelector } = info.pod.spec;
    if (
      nodeSelector === undefined &&
      affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution === undefined
    ) {
      return 'skip';
    }
    const nodeNames = requiredNodeNames(info.pod);
    if (nodeNames === undefined) return undefined;
    if (nodeNames.size === 0) return { rejection: { unresolvable: true, reasons: ['pod affinity terms conflict'] } };
    return { nodeNames };
  },
  filter(_cycle, info, { node }) {
    return node !== undefined && matchesRequired(info.pod, node) ? undefined : rejection;
  },
  preScore: (_cycle, info) => (preferred(info).length === 0 ? 'skip' : undefined),
  score(_cycle, info, { node }) {
    let sum = 0;
    for (const { weight, preference } of preferred(info)) {
      if (node !== undefined && matchesTerm(preference, node)) sum += weight;
    }
    return sum;
  },
  normalizeScores: (_cycle, scores) => defaultNormalize(scores, false),
  mayHelp(event, info) {
    if (event.type === 'node-updated' && !event.changes.has('labels')) return false;
    if (event.type !== 'node-added' && event.type !== 'node-updated') return false;
    return event.node.node !== undefined && matchesRequired(info.pod, event.node.node);
  },
};

function preferred(info: PodInfo) {
  return info.pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
}

import { findUntoleratedTaint, toleratesTaint, type Toleration } from '@wherry/api';
import { stateKey } from '../framework/cycle-state.ts';
import type { Plugin, Rejection } from '../framework/plugin.ts';
import { defaultNormalize } from '../framework/normalize.ts';

const repelling = ['NoSchedule', 'NoExecute'];
const rejection: Rejection = { unresolvable: true, reasons: ['node(s) had untolerated taint(s)'] };
const softTolerations = stateKey<readonly Toleration[]>('TaintToleration');

/** Leaves out nodes whose taints the pod does not tolerate; prefers those with fewer of the soft ones. */
export const taintToleration: Plugin = {
  name: 'TaintToleration',
  weight: 3,
  filter(_cycle, info, node) {
    const { taints } = node.node?.spec ?? {};
    if (taints === undefined) return undefined;
    return findUntoleratedTaint(taints, info.pod.spec.tolerations, repelling) === undefined ? undefined : rejection;
  },
  preScore(cycle, info) {
    const tolerations = info.pod.spec.tolerations ?? [];
    cycle.write(
      softTolerations,
      tolerations.filter(({ effect }) => !effect || effect === 'PreferNoSchedule'),
    );
    return undefined;
  },
  score(cycle, _info, node) {
    const tolerations = cycle.read(softTolerations) ?? [];
    let count = 0;
    for (const taint of node.node?.spec.taints ?? []) {
      if (taint.effect === 'PreferNoSchedule' && !tolerations.some((toleration) => toleratesTaint(toleration, taint)))
        count++;
    }
    return count;
  },
  normalizeScores: (_cycle, scores) => defaultNormalize(scores, true),
  mayHelp(event, info) {
    if (event.type === 'node-updated' && !event.changes.has('taints')) return false;
    if (event.type !== 'node-added' && event.type !== 'node-updated') return false;
    return findUntoleratedTaint(event.node.node?.spec.taints, info.pod.spec.tolerations, repelling) === undefined;
  },
};

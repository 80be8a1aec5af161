import { fitErrorMessage } from '../framework/diagnosis.ts';
import type { Plugin, Rejection } from '../framework/plugin.ts';

const notHelpful: Rejection = { unresolvable: true, reasons: ['Preemption is not helpful for scheduling'] };
const noVictims: Rejection = { unresolvable: false, reasons: ['No preemption victims found for incoming pod'] };

/** Says, per node, why no pod of lower priority is evicted for this one. */
export const defaultPreemption: Plugin = {
  name: 'DefaultPreemption',
  postFilter(info, diagnosis, view) {
    if (view.nodes.length === 0) return undefined;
    if (info.pod.spec.preemptionPolicy === 'Never') {
      return 'preemption: not eligible due to preemptionPolicy=Never.';
    }
    const rejections = new Map(
      view.nodes.map((node) => {
        const unresolvable = (diagnosis.rejections.get(node.name) ?? diagnosis.absent)?.unresolvable ?? true;
        return [node.name, unresolvable ? notHelpful : noVictims];
      }),
    );
    return `preemption: ${fitErrorMessage({ nodeCount: view.nodes.length, rejections, plugins: new Set() })}`;
  },
};

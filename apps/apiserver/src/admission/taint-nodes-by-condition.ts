import { nodes, type Node } from '@wherry/api';
import type { AdmissionPlugin } from './chain.ts';
import { isAbout } from './find.ts';

const NOT_READY = 'node.kubernetes.io/not-ready';

/** Nothing is scheduled to a new node before the node-lifecycle controller has seen it ready. */
export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  concerns: ['/nodes'],
  mutate(request) {
    if (request.operation !== 'CREATE' || !isAbout(request, nodes)) return;
    const node = request.object as Node;
    const taints = node.spec?.taints ?? [];
    if (taints.some((taint) => taint.key === NOT_READY && taint.effect === 'NoSchedule')) return;
    node.spec = { ...node.spec, taints: [...taints, { key: NOT_READY, effect: 'NoSchedule' }] };
  },
};

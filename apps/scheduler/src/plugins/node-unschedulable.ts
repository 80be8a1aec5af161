import { toleratesTaint } from '@wherry/api';
import type { Plugin, Rejection } from '../framework/plugin.ts';

const taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
const rejection: Rejection = { unresolvable: true, reasons: ['node(s) were unschedulable'] };

/** Leaves out cordoned nodes, unless the pod tolerates their taint. */
export const nodeUnschedulable: Plugin = {
  name: 'NodeUnschedulable',
  filter(_cycle, info, node) {
    if (node.node?.spec.unschedulable !== true) return undefined;
    return info.pod.spec.tolerations?.some((toleration) => toleratesTaint(toleration, taint)) ? undefined : rejection;
  },
  mayHelp(event) {
    if (event.type === 'node-updated')
      return event.changes.has('unschedulable') && event.node.node?.spec.unschedulable !== true;
    return event.type === 'node-added';
  },
};

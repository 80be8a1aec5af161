import type { Plugin, Rejection } from '../framework/plugin.ts';

const rejection: Rejection = { unresolvable: true, reasons: ["node(s) didn't match the requested node name"] };

export const nodeName: Plugin = {
  name: 'NodeName',
  filter(_cycle, info, node) {
    const wanted = info.pod.spec.nodeName;
    return wanted === undefined || wanted === '' || wanted === node.name ? undefined : rejection;
  },
  mayHelp: (event, info) => event.type === 'node-added' && event.node.name === info.pod.spec.nodeName,
};

import type { Plugin, Rejection } from '../framework/plugin.ts';

const rejection: Rejection = {
  unresolvable: false,
  reasons: ["node(s) didn't have free ports for the requested pod ports"],
};

export const nodePorts: Plugin = {
  name: 'NodePorts',
  preFilter: (_cycle, info) => (info.hostPorts.length === 0 ? 'skip' : undefined),
  filter(_cycle, info, node) {
    return info.hostPorts.some((port) => node.hostPorts.conflicts(port)) ? rejection : undefined;
  },
  mayHelp(event, info) {
    if (event.type === 'pod-freed') {
      return event.freed.hostPorts.some(({ port, protocol }) =>
        info.hostPorts.some((wanted) => wanted.port === port && wanted.protocol === protocol),
      );
    }
    return event.type === 'node-added';
  },
};

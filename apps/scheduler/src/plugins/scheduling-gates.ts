import type { Plugin } from '../framework/plugin.ts';

/** Holds pods back while they have gates. */
export const schedulingGates: Plugin = {
  name: 'SchedulingGates',
  preEnqueue(info) {
    const gates = info.pod.spec.schedulingGates ?? [];
    if (gates.length === 0) return undefined;
    return `waiting for scheduling gates: [${gates.map((gate) => gate.name).join(' ')}]`;
  },
};

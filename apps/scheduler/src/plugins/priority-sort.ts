import type { Plugin } from '../framework/plugin.ts';

/** Higher priority first; of equal ones the one that has waited longer. */
export const prioritySort: Plugin = {
  name: 'PrioritySort',
  compare: (a, b) => b.info.priority - a.info.priority || a.queuedMs - b.queuedMs,
};

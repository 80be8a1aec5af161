import type { Resources } from '../framework/node-info.ts';
import { maxNodeScore, type Plugin } from '../framework/plugin.ts';

/** Prefers nodes on which the pod evens out how much of the cpu and of the memory is requested. */
export const nodeResourcesBalancedAllocation: Plugin = {
  name: 'NodeResourcesBalancedAllocation',
  preScore: (_cycle, { requests }) => (requests.cpuMilli === 0 && requests.memoryBytes === 0 ? 'skip' : undefined),
  score(_cycle, { requests }, node) {
    const { requested, allocatable } = node;
    const withPod = {
      cpuMilli: requested.cpuMilli + requests.cpuMilli,
      memoryBytes: requested.memoryBytes + requests.memoryBytes,
    };
    const gain = balance(withPod, allocatable) - balance(requested, allocatable);
    // Half of the range for making it worse, half for making it better (upstream since v1.35).
    return maxNodeScore / 2 + Math.trunc((maxNodeScore / 2 + gain) / 2);
  },
};

type Shares = Pick<Resources, 'cpuMilli' | 'memoryBytes'>;

/** maxNodeScore less the standard deviation of the two shares. */
function balance(requested: Shares, allocatable: Shares): number {
  if (allocatable.cpuMilli === 0 || allocatable.memoryBytes === 0) return maxNodeScore;
  const cpu = Math.min(1, requested.cpuMilli / allocatable.cpuMilli);
  const memory = Math.min(1, requested.memoryBytes / allocatable.memoryBytes);
  return Math.trunc((1 - Math.abs(cpu - memory) / 2) * maxNodeScore);
}

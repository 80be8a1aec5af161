import { isPodTerminal, podRequests, type Pod } from '@wherry/api';
import { quantityMilliValue } from '@wherry/apimachinery';
import type { HostPort } from '../network/network.ts';
import { hostPorts } from './host-ports.ts';

export interface Refusal {
  readonly reason: string;
  readonly message: string;
}

/** Whether this node takes one more pod, as upstream's admission at the node; a refused pod ends as Failed. */
export function admit(
  pod: Pod,
  others: readonly Pod[],
  allocatable: Readonly<Record<string, string>>,
  maxPods: number,
): Refusal | undefined {
  const active = others.filter((other) => !isPodTerminal(other));
  if (active.length >= maxPods) return outOf('pods', 1, active.length, maxPods);
  const wanted = podRequests(pod);
  const used = { cpuMilli: 0, memoryBytes: 0 };
  for (const other of active) {
    const requests = podRequests(other);
    used.cpuMilli += requests.cpuMilli;
    used.memoryBytes += requests.memoryBytes;
  }
  const cpu = quantityMilliValue(allocatable['cpu'] ?? '0');
  const memory = quantityMilliValue(allocatable['memory'] ?? '0') / 1000;
  if (wanted.cpuMilli > 0 && wanted.cpuMilli + used.cpuMilli > cpu) {
    return outOf('cpu', wanted.cpuMilli, used.cpuMilli, cpu);
  }
  if (wanted.memoryBytes > 0 && wanted.memoryBytes + used.memoryBytes > memory) {
    return outOf('memory', wanted.memoryBytes, used.memoryBytes, memory);
  }
  const portWord = ({ protocol, hostPort }: HostPort): string => `${protocol}/${hostPort}`;
  const taken = new Set(active.flatMap(hostPorts).map(portWord));
  if (hostPorts(pod).some((port) => taken.has(portWord(port)))) {
    return {
      reason: 'NodePorts',
      message:
        "Pod was rejected: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
    };
  }
  return undefined;
}

function outOf(resource: string, requested: number, used: number, capacity: number): Refusal {
  const numbers = `requested: ${requested}, used: ${used}, capacity: ${capacity}`;
  return {
    reason: `OutOf${resource}`,
    message: `Pod was rejected: Node didn't have enough resource: ${resource}, ${numbers}`,
  };
}

import type { ContainerImage, Node, NodeCondition, NodeStatus, Taint } from '@wherry/api';
import type { Host } from './host.ts';

export interface NodeInput {
  readonly name: string;
  readonly address: string;
  readonly host: Host;
  readonly maxPods: number;
  readonly port: number;
  readonly images: readonly ContainerImage[];
  /** Why pods cannot run here now; empty when they can. */
  readonly notReady: readonly string[];
}

/** The labels that every node carries, and those it was told to. */
export function nodeLabels(input: NodeInput, extra: Readonly<Record<string, string>>): Record<string, string> {
  const { architecture, operatingSystem } = input.host.info;
  return {
    'beta.kubernetes.io/arch': architecture,
    'beta.kubernetes.io/os': operatingSystem,
    'kubernetes.io/arch': architecture,
    'kubernetes.io/hostname': input.name,
    'kubernetes.io/os': operatingSystem,
    ...extra,
  };
}

export function newNode(
  input: NodeInput,
  extra: Readonly<Record<string, string>>,
  taints: readonly Taint[],
  now: string,
): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: input.name, labels: nodeLabels(input, extra) },
    spec: taints.length > 0 ? { taints: [...taints] } : {},
    status: nodeStatus(input, undefined, now),
  };
}

/** The node's status now; conditions keep their transition times while they do not change. */
export function nodeStatus(input: NodeInput, old: NodeStatus | undefined, now: string): NodeStatus {
  const { host } = input;
  const capacity = {
    cpu: String(host.cpus),
    'ephemeral-storage': `${Math.floor(host.diskBytes / 1024)}Ki`,
    ...host.hugePages,
    memory: `${Math.floor(host.memoryBytes / 1024)}Ki`,
    pods: String(input.maxPods),
  };
  return {
    addresses: [
      { type: 'InternalIP', address: input.address },
      { type: 'Hostname', address: input.name },
    ],
    capacity,
    allocatable: capacity,
    conditions: conditions(input, old, now),
    daemonEndpoints: { kubeletEndpoint: { Port: input.port } },
    nodeInfo: host.info,
    images: [...input.images],
  };
}

function conditions(input: NodeInput, old: NodeStatus | undefined, now: string): NodeCondition[] {
  const ready = input.notReady.length === 0;
  const found: Omit<NodeCondition, 'lastHeartbeatTime' | 'lastTransitionTime'>[] = [
    {
      type: 'MemoryPressure',
      status: 'False',
      reason: 'KubeletHasSufficientMemory',
      message: 'kubelet has sufficient memory available',
    },
    {
      type: 'DiskPressure',
      status: 'False',
      reason: 'KubeletHasNoDiskPressure',
      message: 'kubelet has no disk pressure',
    },
    {
      type: 'PIDPressure',
      status: 'False',
      reason: 'KubeletHasSufficientPID',
      message: 'kubelet has sufficient PID available',
    },
    {
      type: 'Ready',
      status: ready ? 'True' : 'False',
      reason: ready ? 'KubeletReady' : 'KubeletNotReady',
      message: ready ? 'kubelet is posting ready status' : input.notReady.join(', '),
    },
  ];
  return found.map((condition) => {
    const before = old?.conditions?.find((other) => other.type === condition.type);
    const changed = before?.status !== condition.status;
    return {
      ...condition,
      lastHeartbeatTime: now,
      lastTransitionTime: changed ? now : before?.lastTransitionTime,
    };
  });
}

/** key=value:effect, key:effect */
export function parseTaint(text: string): Taint {
  const match = /^([^=:]+)(?:=([^:]*))?:(NoSchedule|PreferNoSchedule|NoExecute)$/.exec(text);
  if (match === null) throw new Error(`invalid taint spec: ${text}`);
  return { key: match[1] ?? '', ...(match[2] ? { value: match[2] } : {}), effect: match[3] ?? '' };
}

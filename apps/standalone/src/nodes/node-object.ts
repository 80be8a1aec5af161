import type { Node, NodeCondition, Taint } from '@wherry/api';
import { versionInfo } from '@wherry/daemon';

export interface NodeShape {
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly taints?: readonly Taint[] | undefined;
  /** 32 CPUs, 256 GiB and 110 pods unless told; also what is allocatable. */
  readonly capacity?: Readonly<Record<string, string>> | undefined;
}

/** A node's place in the address plan: its own address (RFC 2544) and the range of its pods. */
export interface NodeAddresses {
  readonly ip: string;
  readonly podCidr: string;
}

export const maxNodes = 1 << 15;

export function addressesOf(index: number): NodeAddresses {
  const [high, low] = [index >> 8, index & 255];
  return {
    ip: `198.${18 + (high >> 7)}.${((high & 127) << 1) | (low >> 7)}.${(low & 127) + 1}`,
    podCidr: `10.${128 + high}.${low}.0/24`,
  };
}

const sound = [
  ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
] as const;

export function readyConditions(now: string): NodeCondition[] {
  return sound.map(([type, status, reason, message]) => {
    return { type, status, reason, message, lastHeartbeatTime: now, lastTransitionTime: now };
  });
}

export function newNode(name: string, { ip, podCidr }: NodeAddresses, shape: NodeShape, now: string): Node {
  const capacity = { cpu: '32', memory: '256Gi', 'ephemeral-storage': '1Ti', pods: '110', ...shape.capacity };
  const [architecture, operatingSystem] = ['amd64', 'linux'];
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/arch': architecture,
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': operatingSystem,
        ...shape.labels,
      },
      annotations: shape.annotations,
    },
    spec: { podCIDR: podCidr, podCIDRs: [podCidr], taints: shape.taints && [...shape.taints] },
    status: {
      addresses: [
        { type: 'InternalIP', address: ip },
        { type: 'Hostname', address: name },
      ],
      capacity,
      allocatable: capacity,
      conditions: readyConditions(now),
      nodeInfo: {
        architecture,
        operatingSystem,
        bootID: name,
        machineID: name,
        systemUUID: name,
        containerRuntimeVersion: 'simulated://1',
        kernelVersion: 'simulated',
        kubeletVersion: versionInfo.gitVersion,
        kubeProxyVersion: '',
        osImage: 'simulated',
      },
    },
  };
}

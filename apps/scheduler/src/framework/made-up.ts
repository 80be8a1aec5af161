import type { Container, Node, Pod } from '@wherry/api';

/** Test support: nodes and pods from a few words. */
export interface ShortNode {
  name: string;
  cpu?: string | number;
  memory?: string;
  pods?: number;
  labels?: Record<string, string>;
  other?: Record<string, string>;
  images?: Record<string, number>;
  taints?: string[];
  unschedulable?: boolean;
}
export interface ShortPod {
  name: string;
  /** Bound already. */
  on?: string;
  cpu?: string | number;
  memory?: string;
  other?: Record<string, string>;
  image?: string;
  init?: { cpu?: string; memory?: string; sidecar?: boolean }[];
  ports?: number[];
  spec?: Partial<Pod['spec']>;
}

export function madeUpNode(short: ShortNode): Node {
  const { name, cpu = 4, memory = '8Gi', pods = 110, labels, other, images, taints, unschedulable } = short;
  return {
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels }, uid: `node-${name}` },
    spec: { unschedulable, taints: taints?.map(taint) },
    status: {
      allocatable: { cpu: String(cpu), memory, pods: String(pods), ...other },
      images: Object.entries(images ?? {}).map(([image, sizeBytes]) => ({ names: [image], sizeBytes })),
    },
  };
}

export function madeUpPod(short: ShortPod): Pod {
  const { name, on, cpu, memory, other, image = 'app:1', init, ports, spec } = short;
  const requests = {
    ...(cpu === undefined ? {} : { cpu: String(cpu) }),
    ...(memory === undefined ? {} : { memory }),
    ...other,
  };
  const container: Container = {
    name: 'app',
    image,
    resources: { requests },
    ports: ports?.map((port) => ({ containerPort: port, hostPort: port, protocol: 'TCP' })),
  };
  const initContainers = init?.map((one, i): Container => {
    const requested = { ...(one.cpu ? { cpu: one.cpu } : {}), ...(one.memory ? { memory: one.memory } : {}) };
    const restartPolicy = one.sidecar === true ? 'Always' : undefined;
    return { name: `init${i}`, image, resources: { requests: requested }, restartPolicy };
  });
  return {
    metadata: { name, namespace: 'default', uid: `pod-${name}` },
    spec: { containers: [container], initContainers, nodeName: on, ...spec },
  };
}

/** `key=value:Effect` */
function taint(text: string) {
  const [pair = '', effect = ''] = text.split(':');
  const [key = '', value] = pair.split('=');
  return { key, value, effect };
}

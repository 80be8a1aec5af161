import { isIPv4 } from 'node:net';
import type { Container, NetworkPolicy, Pod } from '@wherry/api';
import { addressNumber } from './addresses.ts';
import { isPort, protocolOf } from './ports.ts';

type Labels = Readonly<Record<string, string>>;

/** What NetworkPolicies are about; made anew when something in it changes, and never changed itself. */
export interface PolicyView {
  readonly policies: readonly NetworkPolicy[];
  /** Of the whole cluster. */
  readonly pods: readonly PolicyPod[];
  /** By name. */
  readonly namespaceLabels: ReadonlyMap<string, Labels>;
  /** The range of this node's pods, once the node has one. */
  readonly podCidr?: string | undefined;
}

/** A pod with an address of its own, reduced to what policies ask. */
export interface PolicyPod {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  readonly address: number;
  readonly node: string;
  /** Numbers of its named ports, by `protocol/name`. */
  readonly ports: ReadonlyMap<string, number>;
}

/** Undefined for a pod that has no address yet or any more, or the node's: policies do not apply to it. */
export function policyPodOf(pod: Pod): PolicyPod | undefined {
  const { metadata, spec, status } = pod;
  const address = [...(status?.podIPs ?? []).map(({ ip }) => ip), status?.podIP].find(
    (ip) => ip !== undefined && isIPv4(ip),
  );
  if (address === undefined || spec?.hostNetwork === true) return undefined;
  // Its address is free for the next pod.
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return undefined;
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    labels: metadata.labels ?? {},
    address: addressNumber(address),
    node: spec?.nodeName ?? '',
    ports: namedPorts(servingContainers(pod)),
  };
}

/** A pod without all that policies do not ask: what is kept of the cluster's pods on every node. */
export function slimPod(pod: Pod): Pod {
  const { name, namespace, uid, labels, resourceVersion } = pod.metadata;
  const containers = servingContainers(pod)
    .map(({ ports = [] }) => ports.filter((port) => port.name !== undefined && port.name !== ''))
    .filter((ports) => ports.length > 0)
    .map((ports) => ({
      name: '',
      ports: ports.map((port) => ({ name: port.name, containerPort: port.containerPort, protocol: port.protocol })),
    }));
  return {
    metadata: { name, namespace, uid, labels, resourceVersion },
    spec: { nodeName: pod.spec?.nodeName, hostNetwork: pod.spec?.hostNetwork, containers },
    status: { phase: pod.status?.phase, podIP: pod.status?.podIP, podIPs: pod.status?.podIPs },
  };
}

/** Containers that run as long as the pod does: sidecars are written among the init containers. */
function servingContainers(pod: Pod): readonly Container[] {
  const sidecars = (pod.spec?.initContainers ?? []).filter((container) => container.restartPolicy === 'Always');
  return [...(pod.spec?.containers ?? []), ...sidecars];
}

function namedPorts(containers: readonly Container[]): Map<string, number> {
  const ports = new Map<string, number>();
  for (const { name, containerPort, protocol: word } of containers.flatMap((container) => container.ports ?? [])) {
    const protocol = protocolOf(word);
    if (name === undefined || protocol === undefined || !isPort(containerPort)) continue;
    // Should two containers use one name, the first counts.
    const key = `${protocol}/${name}`;
    if (!ports.has(key)) ports.set(key, containerPort);
  }
  return ports;
}

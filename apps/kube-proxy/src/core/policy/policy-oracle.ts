import type { LabelSelector } from '@wherry/apimachinery';
import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort, Pod } from '@wherry/api';

/** For tests: a cluster as its objects say it, and a connection within it. */
export interface Cluster {
  readonly policies: readonly NetworkPolicy[];
  readonly pods: readonly Pod[];
  readonly namespaceLabels: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface Connection {
  readonly source: string;
  readonly destination: string;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly port: number;
}

/**
 * Whether the API's description of NetworkPolicy allows the connection: written from that description alone, one
 * connection at a time, and knowing nothing of rules, so that it can judge them.
 */
export function isAllowed(cluster: Cluster, connection: Connection): boolean {
  const from = podAt(cluster, connection.source);
  const to = podAt(cluster, connection.destination);
  if (connection.source === connection.destination) return true;
  return allows('Egress', from, connection.destination, to) && allows('Ingress', to, connection.source, from);

  function allows(type: 'Egress' | 'Ingress', pod: Pod | undefined, otherIP: string, other: Pod | undefined): boolean {
    if (pod === undefined) return true;
    const applying = cluster.policies.filter(
      (policy) =>
        policy.metadata.namespace === pod.metadata.namespace &&
        (policy.spec.policyTypes ?? []).includes(type) &&
        selects(policy.spec.podSelector, pod.metadata.labels),
    );
    if (applying.length === 0) return true;
    return applying.some((policy) => {
      const rules =
        type === 'Ingress'
          ? (policy.spec.ingress ?? []).map((rule) => ({ peers: rule.from, ports: rule.ports }))
          : (policy.spec.egress ?? []).map((rule) => ({ peers: rule.to, ports: rule.ports }));
      return rules.some(
        ({ peers = [], ports = [] }) =>
          (peers.length === 0 || peers.some((peer) => isPeer(peer, policy.metadata.namespace, otherIP, other))) &&
          (ports.length === 0 || ports.some((port) => isPort(port, type === 'Ingress' ? pod : other))),
      );
    });
  }

  function isPeer(peer: NetworkPolicyPeer, home: string | undefined, ip: string, pod: Pod | undefined): boolean {
    const { ipBlock, namespaceSelector, podSelector } = peer;
    if (ipBlock !== undefined)
      return isWithin(ip, ipBlock.cidr) && !(ipBlock.except ?? []).some((cidr) => isWithin(ip, cidr));
    if (pod === undefined) return false;
    const namespace = pod.metadata.namespace ?? '';
    const inNamespace =
      namespaceSelector === undefined
        ? namespace === home
        : selects(namespaceSelector, cluster.namespaceLabels[namespace]);
    return inNamespace && (podSelector === undefined || selects(podSelector, pod.metadata.labels));
  }

  /** `server` is the pod whose port it is: a name means what that pod calls so. */
  function isPort({ port, endPort, protocol = 'TCP' }: NetworkPolicyPort, server: Pod | undefined): boolean {
    if (protocol !== connection.protocol) return false;
    if (port === undefined) return true;
    if (typeof port === 'number') return connection.port >= port && connection.port <= (endPort ?? port);
    return (server?.spec?.containers ?? []).some((container) =>
      (container.ports ?? []).some(
        (own) => own.name === port && (own.protocol ?? 'TCP') === protocol && own.containerPort === connection.port,
      ),
    );
  }
}

function podAt(cluster: Cluster, ip: string): Pod | undefined {
  return cluster.pods.find((pod) => pod.status?.podIP === ip && pod.spec?.hostNetwork !== true);
}

function selects(selector: LabelSelector | undefined, labels: Readonly<Record<string, string>> = {}): boolean {
  if (selector === undefined) return false;
  const equal = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  const expressed = (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
    const value = labels[key];
    if (operator === 'Exists') return value !== undefined;
    if (operator === 'DoesNotExist') return value === undefined;
    const listed = value !== undefined && values.includes(value);
    return operator === 'In' ? listed : !listed;
  });
  return equal && expressed;
}

function isWithin(ip: string, cidr: string): boolean {
  if (ip.includes(':') !== cidr.includes(':')) return false;
  const bits = (address: string): string =>
    address
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('');
  const [network = '', length = '32'] = cidr.split('/');
  return bits(ip).slice(0, Number(length)) === bits(network).slice(0, Number(length));
}

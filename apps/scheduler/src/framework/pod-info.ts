import { podRequests, type Container, type Pod, type PodResources } from '@wherry/api';

/** A host port that a pod wants on its node. */
export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

/** A pod with what decisions need of it, worked out once. */
export interface PodInfo {
  readonly pod: Pod;
  /** namespace/name */
  readonly key: string;
  readonly uid: string;
  readonly priority: number;
  readonly requests: PodResources;
  /** What scoring counts: containers without a request are taken to need a little. */
  readonly nonZero: { readonly cpuMilli: number; readonly memoryBytes: number };
  readonly hostPorts: readonly HostPort[];
}

/** Upstream's DefaultMilliCPURequest and DefaultMemoryRequest. */
const assumedCpu = '100m';
const assumedMemory = '200Mi';

export function podInfo(pod: Pod): PodInfo {
  const { name, namespace, uid } = pod.metadata;
  const requests = podRequests(pod);
  return {
    pod,
    key: `${namespace ?? ''}/${name}`,
    uid: uid ?? '',
    priority: pod.spec.priority ?? 0,
    requests,
    nonZero: nonZeroRequests(pod, requests),
    hostPorts: hostPorts(pod),
  };
}

function nonZeroRequests(pod: Pod, requests: PodResources): PodInfo['nonZero'] {
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  const complete = containers.every(({ resources }) => resources?.requests?.['cpu'] && resources.requests['memory']);
  if (complete) return requests;
  const spec = {
    ...pod.spec,
    containers: pod.spec.containers.map(withAssumedRequests),
    initContainers: pod.spec.initContainers?.map(withAssumedRequests),
  };
  return podRequests({ ...pod, spec });
}

function withAssumedRequests(container: Container): Container {
  const requests = { cpu: assumedCpu, memory: assumedMemory, ...container.resources?.requests };
  return { ...container, resources: { ...container.resources, requests } };
}

function hostPorts(pod: Pod): HostPort[] {
  const ports: HostPort[] = [];
  const sidecars = (pod.spec.initContainers ?? []).filter((container) => container.restartPolicy === 'Always');
  for (const container of [...pod.spec.containers, ...sidecars]) {
    for (const { hostPort, hostIP, protocol } of container.ports ?? []) {
      if (hostPort) ports.push({ ip: hostIP || '0.0.0.0', protocol: protocol || 'TCP', port: hostPort });
    }
  }
  return ports;
}

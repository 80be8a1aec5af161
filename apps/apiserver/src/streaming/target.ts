import type { Node, Pod } from '@wherry/api';
import { badRequest, notFound, serviceUnavailable } from '@wherry/apimachinery';
import type { Registry } from '../registry/registry.ts';
import { lookUp } from '../registry/registry.ts';
import { resolveOnce } from './addresses.ts';
import type { Endpoint } from './connector.ts';

/** Where a pod's kubelet is to be found. */
export interface Target {
  endpoint: Endpoint;
  namespace: string;
  pod: string;
  /** '' for what is of the whole pod. */
  container: string;
}

export interface AddressOptions {
  /** Nodes and pods on this host's loopback are believed: for tests. */
  allowLoopback: boolean;
  /** No node has a kubelet: nobody is connected to. */
  withoutKubelets?: boolean | undefined;
}

const KUBELET_PORT = 10_250;
const pods = { group: '', resource: 'pods' };

/** The named container of a pod, or its only one, and the node it is on; undefined while it is on none. Throws 404, 400. */
export async function findContainer(
  registry: Registry,
  namespace: string,
  name: string,
  container: string,
  options: AddressOptions,
): Promise<Target | undefined> {
  await registry.hub.sync();
  const pod = findPod(registry, namespace, name);
  const chosen = chooseContainer(pod, container);
  return onNode(registry, pod, chosen, options);
}

/** The same for the pod as a whole. */
export async function findPodTarget(
  registry: Registry,
  namespace: string,
  name: string,
  options: AddressOptions,
): Promise<Target | undefined> {
  await registry.hub.sync();
  return onNode(registry, findPod(registry, namespace, name), '', options);
}

/** Throws 404. */
export function findPod(registry: Registry, namespace: string, name: string): Pod {
  const pod = lookUp(registry, '/v1/pods', `${namespace}/${name}`) as Pod | undefined;
  if (pod === undefined) throw notFound(pods, name);
  return pod;
}

/** The kubelet of a node. Throws 404, 400, 503. */
export async function kubeletOf(registry: Registry, nodeName: string, options: AddressOptions): Promise<Endpoint> {
  const node = lookUp(registry, '/v1/nodes', nodeName) as Node | undefined;
  if (node === undefined) throw notFound({ group: '', resource: 'nodes' }, nodeName);
  if (options.withoutKubelets === true)
    throw serviceUnavailable(`the node ${nodeName} is simulated and has no kubelet`);
  const host = addressOf(node);
  const port = node.status?.daemonEndpoints?.kubeletEndpoint?.Port || KUBELET_PORT;
  return { scheme: 'https', address: await resolveOnce(host, options), host, port, kubelet: true };
}

async function onNode(
  registry: Registry,
  pod: Pod,
  container: string,
  options: AddressOptions,
): Promise<Target | undefined> {
  const nodeName = pod.spec.nodeName ?? '';
  if (nodeName === '') return undefined;
  const endpoint = await kubeletOf(registry, nodeName, options);
  const { namespace, name } = pod.metadata;
  return { endpoint, namespace: namespace ?? '', pod: name, container };
}

function chooseContainer(pod: Pod, wanted: string): string {
  const names = pod.spec.containers.map(({ name }) => name);
  const inits = (pod.spec.initContainers ?? []).map(({ name }) => name);
  const ephemeral = (pod.spec.ephemeralContainers ?? []).map(({ name }) => name);
  const { name } = pod.metadata;
  if (wanted !== '') {
    if (![...names, ...inits, ...ephemeral].includes(wanted))
      throw badRequest(`container ${wanted} is not valid for pod ${name}`);
    return wanted;
  }
  if (names.length === 1) return names[0]!;
  let message = `a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]`;
  if (inits.length > 0) message += ` or one of the init containers: [${inits.join(' ')}]`;
  if (ephemeral.length > 0) message += ` or one of the ephemeral containers: [${ephemeral.join(' ')}]`;
  throw badRequest(message);
}

function addressOf(node: Node): string {
  const addresses = node.status?.addresses ?? [];
  for (const type of ['InternalIP', 'ExternalIP', 'Hostname']) {
    const found = addresses.find((address) => address.type === type);
    if (found) return found.address;
  }
  throw serviceUnavailable(`no preferred addresses found; known addresses: ${JSON.stringify(addresses)}`);
}

/** `/VERB/namespace/pod[/container]?query` of the kubelet's API. */
export function kubeletPath(verb: string, target: Target, query: URLSearchParams): string {
  const parts = [target.namespace, target.pod, ...(target.container === '' ? [] : [target.container])];
  const text = query.toString();
  return `/${verb}/${parts.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`;
}

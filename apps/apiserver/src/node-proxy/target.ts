import type { Node, Pod } from '@wherry/api';
import { badRequest, notFound, serviceUnavailable } from '@wherry/apimachinery';
import type { Registry } from '../registry/registry.ts';
import { lookUp } from '../registry/registry.ts';

/** Where a container's kubelet is to be found. */
export interface Target {
  host: string;
  port: number;
  namespace: string;
  pod: string;
  container: string;
}

const KUBELET_PORT = 10_250;
const pods = { group: '', resource: 'pods' };

/** The named container of a pod, or its only one, and the node it is on; undefined while it is on none. Throws 404, 400. */
export async function findTarget(
  registry: Registry,
  namespace: string,
  name: string,
  container: string,
  options: { allowLoopback: boolean },
): Promise<Target | undefined> {
  await registry.hub.sync();
  const pod = lookUp(registry, '/v1/pods', `${namespace}/${name}`) as Pod | undefined;
  if (pod === undefined) throw notFound(pods, name);
  const chosen = chooseContainer(pod, container);
  const nodeName = pod.spec.nodeName ?? '';
  if (nodeName === '') return undefined;
  const node = lookUp(registry, '/v1/nodes', nodeName) as Node | undefined;
  if (node === undefined) throw notFound({ group: '', resource: 'nodes' }, nodeName);
  const host = addressOf(node);
  if (!options.allowLoopback && isForbidden(host)) {
    throw serviceUnavailable(`the address ${host} of node ${JSON.stringify(nodeName)} may not be connected to`);
  }
  const port = node.status?.daemonEndpoints?.kubeletEndpoint?.Port || KUBELET_PORT;
  return { host, port, namespace, pod: name, container: chosen };
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
  if (names.length === 1 && inits.length === 0 && ephemeral.length === 0) return names[0]!;
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

/** A node that says it is here would have the apiserver talk to itself and its neighbours. */
function isForbidden(host: string): boolean {
  return (
    host.startsWith('127.') ||
    host.startsWith('169.254.') ||
    host === '::1' ||
    host.startsWith('fe80:') ||
    host === 'localhost' ||
    host.startsWith('0.')
  );
}

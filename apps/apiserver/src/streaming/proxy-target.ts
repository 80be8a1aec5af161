import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import type { EndpointSlice, Pod, Service } from '@wherry/api';
import { badRequest, notFound, serviceUnavailable } from '@wherry/apimachinery';
import type { RequestInfo } from '../http/request-info.ts';
import { lookUp, type Registry } from '../registry/registry.ts';
import { isProxyable, resolveOnce } from './addresses.ts';
import { hostAndPort, type Endpoint } from './connector.ts';
import { forwardedHeaders } from './forwarded-headers.ts';
import { findPod, kubeletOf, type AddressOptions } from './target.ts';

/** Where a request through nodes/proxy, pods/proxy or services/proxy goes. */
export interface Proxied {
  endpoint: Endpoint;
  /** Path and query for the backend; begins with a slash. */
  path: string;
  /** The path of the proxy itself, without a slash at its end: what links have to begin with. */
  prefix: string;
  /** The client asked for the prefix itself, without a slash. */
  bare: boolean;
}

/** Throws 400, 404, 503. */
export async function resolveProxied(
  registry: Registry,
  info: RequestInfo,
  url: string,
  options: AddressOptions,
): Promise<Proxied> {
  await registry.hub.sync();
  const endpoint = await endpointOf(registry, info, options);
  const { prefix, rest, query } = splitUrl(url);
  return { endpoint, path: `${rest === '' ? '/' : rest}${query}`, prefix, bare: rest === '' };
}

function endpointOf(registry: Registry, info: RequestInfo, options: AddressOptions): Promise<Endpoint> {
  switch (info.resource) {
    case 'nodes':
      return nodeEndpoint(registry, info.name, options);
    case 'pods':
      return podEndpoint(registry, info, options);
    default:
      return serviceEndpoint(registry, info, options);
  }
}

async function nodeEndpoint(registry: Registry, id: string, options: AddressOptions): Promise<Endpoint> {
  const { scheme, name, port } = split(id, 'node');
  const kubelet = await kubeletOf(registry, name, options);
  if (port === '' || port === String(kubelet.port)) return kubelet;
  return { ...kubelet, scheme, port: portNumber(port, id, 'node'), kubelet: false };
}

async function podEndpoint(registry: Registry, info: RequestInfo, options: AddressOptions): Promise<Endpoint> {
  const { scheme, name, port } = split(info.name, 'pod');
  const pod = findPod(registry, info.namespace, name);
  const declared = pod.spec.containers.find(({ ports = [] }) => ports.length > 0)?.ports?.[0]?.containerPort;
  const address = pod.status?.podIPs?.[0]?.ip ?? pod.status?.podIP ?? '';
  if (isIP(address) === 0) throw badRequest('address not allowed');
  const fallback = declared ?? (scheme === 'https' ? 443 : 80);
  return {
    scheme,
    address: await resolveOnce(address, options),
    host: address,
    port: port === '' ? fallback : portNumber(port, info.name, 'pod'),
    kubelet: false,
  };
}

async function serviceEndpoint(registry: Registry, info: RequestInfo, options: AddressOptions): Promise<Endpoint> {
  const { scheme, name, port } = split(info.name, 'service');
  const service = lookUp(registry, '/v1/services', `${info.namespace}/${name}`) as Service | undefined;
  if (service === undefined) throw notFound({ group: '', resource: 'services' }, name);
  const portName = servicePortName(service, port);
  const found = readyAddresses(registry, info.namespace, name, portName).filter(
    ({ address }) => options.allowLoopback || isProxyable(address),
  );
  if (found.length === 0) {
    throw serviceUnavailable(`no endpoints available for service ${JSON.stringify(info.name)}`);
  }
  const chosen = found[Math.floor(Math.random() * found.length)]!;
  return { scheme, address: chosen.address, host: chosen.address, port: chosen.port, kubelet: false };
}

/** A port is named by its name or by its number; endpoints know it by name alone. */
function servicePortName(service: Service, port: string): string {
  if (!/^\d+$/.test(port)) return port;
  const found = service.spec.ports?.find((candidate) => String(candidate.port) === port);
  if (found) return found.name ?? '';
  throw serviceUnavailable(
    `no service port ${Number(port)} found for service ${JSON.stringify(service.metadata.name)}`,
  );
}

/** Only pods' own addresses count: whoever may write slices cannot make the apiserver call anybody else. */
function readyAddresses(
  registry: Registry,
  namespace: string,
  service: string,
  portName: string,
): { address: string; port: number }[] {
  const slices = registry.served.get('discovery.k8s.io/v1/endpointslices')?.cache;
  const found: { address: string; port: number }[] = [];
  for (const entry of slices?.list(namespace) ?? []) {
    const slice = entry.object as EndpointSlice;
    if (slice.metadata.labels?.['kubernetes.io/service-name'] !== service) continue;
    const port = slice.ports?.find((candidate) => (candidate.name ?? '') === portName)?.port;
    if (port === undefined) continue;
    for (const { addresses, conditions, targetRef } of slice.endpoints ?? []) {
      const address = addresses[0] ?? '';
      if (conditions?.ready === false || targetRef?.kind !== 'Pod' || targetRef.namespace !== namespace) continue;
      const pod = lookUp(registry, '/v1/pods', `${namespace}/${targetRef.name ?? ''}`) as Pod | undefined;
      if (pod?.status?.podIPs?.some(({ ip }) => ip === address)) found.push({ address, port });
    }
  }
  return found;
}

/** name, name:port or scheme:name:port. Throws 400. */
function split(id: string, what: string): { scheme: 'http' | 'https'; name: string; port: string } {
  const parts = id.split(':');
  const [scheme, name, port] = parts.length === 3 ? parts : ['', parts[0], parts[1]];
  if (parts.length > 3 || !name || !['', 'http', 'https'].includes(scheme ?? ''))
    throw badRequest(`invalid ${what} request ${JSON.stringify(id)}`);
  return { scheme: scheme === 'https' ? 'https' : 'http', name, port: port ?? '' };
}

function portNumber(text: string, id: string, what: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw badRequest(`invalid ${what} request ${JSON.stringify(id)}`);
  return port;
}

/** Everything up to `/proxy` is ours, as it was written; the rest is the backend's, as it was written. */
function splitUrl(url: string): { prefix: string; rest: string; query: string } {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = mark < 0 ? '' : url.slice(mark);
  const segments = path.split('/');
  // '', api, v1, nodes, NAME, proxy or '', api, v1, namespaces, NS, pods, NAME, proxy
  const count = segments[3] === 'namespaces' ? 8 : 6;
  const prefix = segments.slice(0, count).join('/');
  return { prefix, rest: path.slice(prefix.length), query };
}

/** What the backend is told. */
export function proxyHeaders(request: IncomingMessage, { endpoint, path, prefix }: Proxied): OutgoingHttpHeaders {
  const headers = forwardedHeaders(request.headers);
  const session = (request as { stream?: { session?: { socket?: { remoteAddress?: string } } } }).stream?.session;
  const client = session?.socket?.remoteAddress ?? request.socket.remoteAddress ?? '';
  const before = headers['x-forwarded-for'];
  const host = (request.headers as Record<string, unknown>)[':authority'] ?? request.headers.host;
  const mark = path.indexOf('?');
  return {
    ...headers,
    host: hostAndPort(endpoint),
    'x-forwarded-for': typeof before === 'string' && before !== '' ? `${before}, ${client}` : client,
    'x-forwarded-uri': prefix + (mark < 0 ? path : path.slice(0, mark)),
    'x-forwarded-proto': 'https',
    ...(typeof host === 'string' ? { 'x-forwarded-host': host } : {}),
  };
}

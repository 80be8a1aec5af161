import type { EndpointSlice, Namespace, Pod, Service } from '@wherry/api';
import { canonical, dashed } from './addresses.ts';

export interface PortView {
  readonly name: string;
  /** In lower case, as it stands in names: `tcp`. */
  readonly protocol: string;
  readonly port: number;
}

export type ServiceView =
  | { readonly kind: 'clusterIp'; readonly ips: readonly string[]; readonly ports: readonly PortView[] }
  | { readonly kind: 'headless' }
  | { readonly kind: 'external'; readonly target: string };

/** A ready endpoint. */
export interface EndpointView {
  readonly ip: string;
  /** Its own label under the Service's name: its hostname, else its address with dashes. */
  readonly label: string;
  readonly ports: readonly PortView[];
}

export interface EndpointSet {
  readonly v4: readonly EndpointView[];
  readonly v6: readonly EndpointView[];
  readonly byLabel: ReadonlyMap<string, readonly EndpointView[]>;
}

/** What answers are made of. Every look-up takes the same time however large the cluster is. */
export interface Snapshot {
  /** Everything has been listed once: what is not here does not exist. */
  readonly synced: boolean;
  /** Grows with every change. */
  readonly serial: number;
  hasNamespace(namespace: string): boolean;
  service(namespace: string, name: string): ServiceView | undefined;
  endpoints(namespace: string, name: string): EndpointSet;
  /** `name.namespace` of the Service with this cluster IP. */
  serviceOf(ip: string): string | undefined;
  /** Where the address is an endpoint. */
  endpointsAt(ip: string): Iterable<EndpointAt>;
  /** Whether a pod of the namespace has the address. */
  hasPod(namespace: string, ip: string): boolean;
}

export interface EndpointAt {
  /** `name.namespace` of the Service. */
  readonly service: string;
  /** Undefined for an endpoint that has no name of its own. */
  readonly hostname: string | undefined;
}

const serviceNameLabel = 'kubernetes.io/service-name';
const noEndpoints: EndpointSet = { v4: [], v6: [], byLabel: new Map() };

interface SliceView {
  /** `name.namespace` of the Service. */
  readonly service: string;
  readonly endpoints: readonly EndpointView[];
  readonly hostnames: ReadonlyMap<EndpointView, string>;
}

/** The cluster by its names and addresses, kept current object by object. */
export class ClusterIndex implements Snapshot {
  synced = false;
  serial: number;
  readonly #namespaces = new Set<string>();
  readonly #services = new Map<string, ServiceView>();
  readonly #slices = new Map<string, SliceView>();
  readonly #slicesOf = new Map<string, Map<string, SliceView>>();
  /** Merged from the slices when somebody first asks. */
  readonly #sets = new Map<string, EndpointSet>();
  readonly #byClusterIp = new Map<string, string>();
  readonly #byEndpointIp = new Map<string, Map<string, EndpointAt>>();
  readonly #podIps = new Map<string, readonly string[]>();
  readonly #byPodIp = new Map<string, Map<string, string>>();

  /** @param serial where to begin: seconds since 1970 make it grow over restarts */
  constructor(serial: number) {
    this.serial = serial >>> 0;
  }

  hasNamespace(namespace: string): boolean {
    return this.#namespaces.has(namespace);
  }
  service(namespace: string, name: string): ServiceView | undefined {
    return this.#services.get(`${name}.${namespace}`);
  }
  serviceOf(ip: string): string | undefined {
    return this.#byClusterIp.get(ip);
  }
  endpointsAt(ip: string): Iterable<EndpointAt> {
    return this.#byEndpointIp.get(ip)?.values() ?? [];
  }
  hasPod(namespace: string, ip: string): boolean {
    for (const podNamespace of this.#byPodIp.get(ip)?.values() ?? []) if (podNamespace === namespace) return true;
    return false;
  }

  endpoints(namespace: string, name: string): EndpointSet {
    const key = `${name}.${namespace}`;
    const known = this.#sets.get(key);
    if (known !== undefined) return known;
    const slices = this.#slicesOf.get(key);
    if (slices === undefined) return noEndpoints;
    const set = mergeSlices(slices.values());
    this.#sets.set(key, set);
    return set;
  }

  setNamespace(namespace: Namespace): void {
    this.#namespaces.add(namespace.metadata.name);
    this.#changed();
  }
  removeNamespace(namespace: Namespace): void {
    this.#namespaces.delete(namespace.metadata.name);
    this.#changed();
  }

  setService(service: Service): void {
    const key = nameOf(service);
    this.#forgetService(key);
    const view = viewService(service);
    if (view !== undefined) this.#services.set(key, view);
    if (view?.kind === 'clusterIp') for (const ip of view.ips) this.#byClusterIp.set(ip, key);
    this.#changed();
  }
  removeService(service: Service): void {
    this.#forgetService(nameOf(service));
    this.#changed();
  }

  setSlice(slice: EndpointSlice): void {
    this.#forgetSlice(nameOf(slice));
    const view = viewSlice(slice);
    if (view !== undefined) this.#keepSlice(nameOf(slice), view);
    this.#changed();
  }
  removeSlice(slice: EndpointSlice): void {
    this.#forgetSlice(nameOf(slice));
    this.#changed();
  }

  setPod(pod: Pod): void {
    const key = nameOf(pod);
    this.#forgetPod(key);
    const ips = (pod.status?.podIPs ?? []).flatMap(({ ip }) => (ip ? [canonical(ip)] : []));
    if (ips.length > 0) this.#podIps.set(key, ips);
    for (const ip of ips) inner(this.#byPodIp, ip).set(key, pod.metadata.namespace ?? '');
  }
  removePod(pod: Pod): void {
    this.#forgetPod(nameOf(pod));
  }

  #changed(): void {
    this.serial = (this.serial + 1) >>> 0;
  }

  #forgetService(key: string): void {
    const old = this.#services.get(key);
    this.#services.delete(key);
    if (old?.kind !== 'clusterIp') return;
    // The address may be somebody else's by now: events of two Services come in the order of their changes.
    for (const ip of old.ips) if (this.#byClusterIp.get(ip) === key) this.#byClusterIp.delete(ip);
  }

  #keepSlice(key: string, view: SliceView): void {
    this.#slices.set(key, view);
    inner(this.#slicesOf, view.service).set(key, view);
    this.#sets.delete(view.service);
    for (const endpoint of view.endpoints) {
      const at = { service: view.service, hostname: view.hostnames.get(endpoint) };
      inner(this.#byEndpointIp, endpoint.ip).set(key, at);
    }
  }

  #forgetSlice(key: string): void {
    const old = this.#slices.get(key);
    if (old === undefined) return;
    this.#slices.delete(key);
    this.#sets.delete(old.service);
    dropInner(this.#slicesOf, old.service, key);
    for (const { ip } of old.endpoints) dropInner(this.#byEndpointIp, ip, key);
  }

  #forgetPod(key: string): void {
    for (const ip of this.#podIps.get(key) ?? []) dropInner(this.#byPodIp, ip, key);
    this.#podIps.delete(key);
  }
}

function nameOf(object: {
  readonly metadata: { readonly name: string; readonly namespace?: string | undefined };
}): string {
  return `${object.metadata.name}.${object.metadata.namespace ?? ''}`;
}

function viewService({ spec }: Service): ServiceView | undefined {
  if (spec?.type === 'ExternalName') {
    const target = (spec.externalName ?? '').replace(/\.$/, '');
    return target === '' ? undefined : { kind: 'external', target };
  }
  if (spec?.clusterIP === 'None') return { kind: 'headless' };
  const ips = (spec?.clusterIPs ?? [spec?.clusterIP ?? '']).filter((ip) => ip !== '').map(canonical);
  return ips.length === 0 ? undefined : { kind: 'clusterIp', ips, ports: viewPorts(spec?.ports) };
}

interface ApiPort {
  readonly name?: string | undefined;
  readonly protocol?: string | undefined;
  readonly port?: number | undefined;
}

function viewPorts(ports: readonly ApiPort[] | undefined): PortView[] {
  return (ports ?? []).flatMap(({ name, protocol, port }) =>
    port === undefined ? [] : [{ name: name ?? '', protocol: (protocol ?? 'TCP').toLowerCase(), port }],
  );
}

function viewSlice(slice: EndpointSlice): SliceView | undefined {
  const name = slice.metadata.labels?.[serviceNameLabel];
  if (name === undefined || name === '' || slice.addressType === 'FQDN') return undefined;
  const ports = viewPorts(slice.ports);
  const hostnames = new Map<EndpointView, string>();
  // Ready unless it says otherwise; of a Service with publishNotReadyAddresses all endpoints say that they are.
  const endpoints = (slice.endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ addresses, hostname }) =>
      addresses.map((address): EndpointView => {
        const ip = canonical(address);
        const view = { ip, label: hostname?.toLowerCase() || dashed(ip), ports };
        if (hostname) hostnames.set(view, hostname);
        return view;
      }),
    );
  return { service: `${name}.${slice.metadata.namespace ?? ''}`, endpoints, hostnames };
}

/** An address that two slices carry under one name is one endpoint with the ports of both. */
function mergeSlices(slices: Iterable<SliceView>): EndpointSet {
  const merged = new Map<string, EndpointView>();
  for (const { endpoints } of slices) {
    for (const endpoint of endpoints) {
      const key = `${endpoint.label} ${endpoint.ip}`;
      const other = merged.get(key);
      merged.set(key, other === undefined ? endpoint : { ...other, ports: joinPorts(other.ports, endpoint.ports) });
    }
  }
  const v4: EndpointView[] = [];
  const v6: EndpointView[] = [];
  const byLabel = new Map<string, EndpointView[]>();
  for (const endpoint of merged.values()) {
    (endpoint.ip.includes(':') ? v6 : v4).push(endpoint);
    const same = byLabel.get(endpoint.label);
    if (same === undefined) byLabel.set(endpoint.label, [endpoint]);
    else same.push(endpoint);
  }
  return { v4, v6, byLabel };
}

function joinPorts(some: readonly PortView[], more: readonly PortView[]): PortView[] {
  const isKnown = (port: PortView): boolean =>
    some.some((known) => known.port === port.port && known.name === port.name && known.protocol === port.protocol);
  return [...some, ...more.filter((port) => !isKnown(port))];
}

function inner<V>(outer: Map<string, Map<string, V>>, key: string): Map<string, V> {
  let found = outer.get(key);
  if (found === undefined) {
    found = new Map();
    outer.set(key, found);
  }
  return found;
}

function dropInner<V>(outer: Map<string, Map<string, V>>, key: string, innerKey: string): void {
  const found = outer.get(key);
  found?.delete(innerKey);
  if (found?.size === 0) outer.delete(key);
}

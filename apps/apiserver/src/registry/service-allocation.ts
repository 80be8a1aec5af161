import { internalError, invalid, type FieldError, type KubeObject } from '@wherry/apimachinery';
import type { Service, ServicePort } from '@wherry/api';
import type { Hub } from '../cache/hub.ts';
import type { ClusterIps } from './cluster-ips.ts';
import { formatIp, parseIp, pickFree, staticBand, type IpRange } from './ip-range.ts';
import type { Allocator, SideEffects } from './strategy.ts';

const RANGES = 'ranges';
const PORTS = 'servicenodeports/';
const serviceKind = { group: '', kind: 'Service' };

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Cluster IPs and node ports: one IPAddress per address and one record per port, written only if it is not there, in
 * the transaction of the Service itself. So two Services never share one, and none is lost when the apiserver dies.
 */
export class ServiceAllocator implements Allocator {
  readonly #ips: IpRange;
  readonly #addresses: ClusterIps;
  readonly #ports: PortRange;
  readonly #used = new Set<string>();
  readonly #random: () => number;

  constructor(hub: Hub, ips: IpRange, addresses: ClusterIps, ports: PortRange, random: () => number = Math.random) {
    this.#ips = ips;
    this.#addresses = addresses;
    this.#ports = ports;
    this.#random = random;
    hub.listen(RANGES, (key, value) => {
      if (value === undefined) this.#used.delete(key);
      else this.#used.add(key);
    });
  }

  forCreate(object: KubeObject): SideEffects {
    const service = object as Service;
    const effects = noEffects();
    setFamilies(service);
    if (needsClusterIp(service)) this.#takeIp(service, effects);
    if (needsNodePorts(service)) this.#takePorts(service, new Set(), effects);
    return effects;
  }

  forUpdate(object: KubeObject, old: KubeObject): SideEffects {
    const service = object as Service;
    const before = old as Service;
    const effects = noEffects();
    setFamilies(service);
    const had = ipOf(before);
    if (needsClusterIp(service) && (had === undefined || ipOf(service) !== had)) this.#takeIp(service, effects);
    if (had !== undefined && ipOf(service) !== had) this.#addresses.release(had, effects);
    const hadPorts = new Set(nodePortsOf(before));
    if (needsNodePorts(service)) this.#takePorts(service, hadPorts, effects);
    const has = new Set(nodePortsOf(service));
    for (const port of hadPorts) if (!has.has(port)) release(PORTS + port, effects);
    return effects;
  }

  forDelete(old: KubeObject): SideEffects {
    const service = old as Service;
    const effects = noEffects();
    const ip = ipOf(service);
    if (ip !== undefined) this.#addresses.release(ip, effects);
    for (const port of new Set(nodePortsOf(service))) release(PORTS + port, effects);
    return effects;
  }

  #takeIp(service: Service, effects: SideEffects): void {
    const { base, size, cidr } = this.#ips;
    const wanted = service.spec.clusterIP ?? '';
    if (wanted !== '') {
      const offset = (parseIp(wanted) ?? 0) - base;
      if (offset < 1 || offset > size) {
        throw this.#refuseIp(
          service,
          `failed to allocate IP ${wanted}: the provided IP (${wanted}) is not in the valid range. The range of valid IPs is ${cidr}`,
        );
      }
      if (this.#addresses.isUsed(wanted))
        throw this.#refuseIp(service, `failed to allocate IP ${wanted}: provided IP is already allocated`);
      this.#addresses.take(wanted, service, effects);
      return;
    }
    const isUsed = (at: number): boolean => this.#addresses.isUsed(formatIp(base + at));
    const offset = pickFree(size, staticBand(size), isUsed, this.#random());
    if (offset === undefined) throw internalError('failed to allocate a serviceIP: range is full');
    service.spec.clusterIP = formatIp(base + offset);
    service.spec.clusterIPs = [service.spec.clusterIP];
    this.#addresses.take(service.spec.clusterIP, service, effects);
  }

  /** One number may serve several protocols of the same Service. */
  #takePorts(service: Service, kept: ReadonlySet<number>, effects: SideEffects): void {
    const own = new Set(kept);
    const ports = service.spec.ports ?? [];
    ports.forEach((port, index) => {
      const wanted = port.nodePort ?? 0;
      if (wanted === 0 || own.has(wanted)) return;
      this.#checkPort(service, wanted, `spec.ports[${index}].nodePort`);
      own.add(wanted);
      take(PORTS + wanted, service, effects);
    });
    for (const port of ports) {
      if ((port.nodePort ?? 0) !== 0) continue;
      port.nodePort = sameNumber(ports, port) ?? this.#freePort(own);
      if (own.has(port.nodePort)) continue;
      own.add(port.nodePort);
      take(PORTS + port.nodePort, service, effects);
    }
  }

  #checkPort(service: Service, port: number, field: string): void {
    const { first, last } = this.#ports;
    const refuse = (detail: string) =>
      invalid(serviceKind, service.metadata.name, [{ type: 'FieldValueInvalid', field, badValue: port, detail }]);
    if (port < first || port > last) {
      throw refuse(`provided port is not in the valid range. The range of valid ports is ${first}-${last}`);
    }
    if (this.#used.has(PORTS + port)) throw refuse('provided port is already allocated');
  }

  #freePort(own: ReadonlySet<number>): number {
    const { first, last } = this.#ports;
    const size = last - first + 1;
    const used = (offset: number) => this.#used.has(PORTS + (first + offset - 1)) || own.has(first + offset - 1);
    const offset = pickFree(size, staticBand(size), used, this.#random());
    if (offset === undefined) throw internalError('failed to allocate a nodePort: range is full');
    return first + offset - 1;
  }

  #refuseIp(service: Service, detail: string) {
    const error: FieldError = {
      type: 'FieldValueInvalid',
      field: 'spec.clusterIPs',
      badValue: service.spec.clusterIPs ?? [],
      detail,
    };
    return invalid(serviceKind, service.metadata.name, [error]);
  }
}

/** Keeps what an update leaves out, as upstream: the addresses and ports that were allocated before. */
export function keepAllocated(service: Service, before: Service): void {
  if (needsClusterIp(service) && needsClusterIp(before)) {
    if ((service.spec.clusterIP ?? '') === '') service.spec.clusterIP = before.spec.clusterIP;
    if ((service.spec.clusterIPs?.length ?? 0) === 0 && service.spec.clusterIP === before.spec.clusterIP) {
      service.spec.clusterIPs = before.spec.clusterIPs;
    }
    service.spec.ipFamilies ??= before.spec.ipFamilies;
    service.spec.ipFamilyPolicy ??= before.spec.ipFamilyPolicy;
  }
  if (!needsNodePorts(service) || !needsNodePorts(before)) return;
  for (const port of service.spec.ports ?? []) {
    if ((port.nodePort ?? 0) !== 0) continue;
    const same = before.spec.ports?.find(
      (candidate) => candidate.port === port.port && (candidate.protocol ?? 'TCP') === (port.protocol ?? 'TCP'),
    );
    if (same?.nodePort !== undefined) port.nodePort = same.nodePort;
  }
}

/** clusterIP and clusterIPs[0] are one field under two names. A service of another type than before gives its ports up. */
export function normalizeService(service: Service): void {
  const { spec } = service;
  if (spec.type === 'ExternalName') {
    if ((spec.clusterIP ?? '') === '') delete spec.clusterIPs;
    return;
  }
  if ((spec.clusterIP ?? '') !== '' && (spec.clusterIPs?.length ?? 0) === 0) spec.clusterIPs = [spec.clusterIP!];
  else if ((spec.clusterIP ?? '') === '' && (spec.clusterIPs?.length ?? 0) > 0) spec.clusterIP = spec.clusterIPs![0];
}

/** A Service that leaves a type which had addresses or ports, and does not name new ones, loses them. */
export function dropTypeFields(service: Service, before: Service): void {
  if (needsClusterIp(before) && service.spec.type === 'ExternalName') {
    if (service.spec.clusterIP === before.spec.clusterIP) {
      delete service.spec.clusterIP;
      delete service.spec.clusterIPs;
    }
    delete service.spec.ipFamilies;
    delete service.spec.ipFamilyPolicy;
  }
  const { spec } = service;
  if (isExternal(before) && !isExternal(service)) {
    if (spec.externalTrafficPolicy === before.spec.externalTrafficPolicy) delete spec.externalTrafficPolicy;
    if (spec.healthCheckNodePort === before.spec.healthCheckNodePort) delete spec.healthCheckNodePort;
  }
  if (before.spec.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    if (spec.allocateLoadBalancerNodePorts === before.spec.allocateLoadBalancerNodePorts) {
      delete spec.allocateLoadBalancerNodePorts;
    }
    if (spec.loadBalancerClass === before.spec.loadBalancerClass) delete spec.loadBalancerClass;
  }
  if (!needsNodePorts(before) || needsNodePorts(service)) return;
  for (const port of service.spec.ports ?? []) {
    const same = before.spec.ports?.find(
      (candidate) => candidate.port === port.port && candidate.nodePort === port.nodePort,
    );
    if (same) delete port.nodePort;
  }
}

function setFamilies(service: Service): void {
  const { spec } = service;
  if (spec.type === 'ExternalName') return;
  normalizeService(service);
  const headless = spec.clusterIP === 'None';
  const selectorless = Object.keys(spec.selector ?? {}).length === 0;
  const both = headless && selectorless;
  spec.ipFamilyPolicy ??= both ? 'RequireDualStack' : 'SingleStack';
  if ((spec.ipFamilies?.length ?? 0) === 0)
    spec.ipFamilies = both && spec.ipFamilyPolicy !== 'SingleStack' ? ['IPv4', 'IPv6'] : ['IPv4'];
  if (both) return;
  const at = spec.ipFamilies!.indexOf('IPv6');
  const refuse = (field: string, badValue: unknown, detail: string) =>
    invalid(serviceKind, service.metadata.name, [{ type: 'FieldValueInvalid', field, badValue, detail }]);
  if (spec.ipFamilyPolicy === 'RequireDualStack') {
    throw refuse('spec.ipFamilyPolicy', spec.ipFamilyPolicy, 'this cluster is not configured for dual-stack services');
  }
  if (at >= 0) throw refuse(`spec.ipFamilies[${at}]`, 'IPv6', 'not configured on this cluster');
}

function sameNumber(ports: readonly ServicePort[], port: ServicePort): number | undefined {
  return ports.find(
    (other) =>
      other !== port && other.port === port.port && other.protocol !== port.protocol && (other.nodePort ?? 0) !== 0,
  )?.nodePort;
}

function needsClusterIp(service: Service): boolean {
  return service.spec.type !== 'ExternalName' && service.spec.clusterIP !== 'None';
}

function isExternal(service: Service): boolean {
  return (
    service.spec.type === 'NodePort' ||
    service.spec.type === 'LoadBalancer' ||
    (service.spec.externalIPs?.length ?? 0) > 0
  );
}

function needsNodePorts(service: Service): boolean {
  const { type, allocateLoadBalancerNodePorts } = service.spec;
  return type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false);
}

function ipOf(service: Service): string | undefined {
  const ip = service.spec.clusterIP ?? '';
  return ip === '' || ip === 'None' || service.spec.type === 'ExternalName' ? undefined : ip;
}

function nodePortsOf(service: Service): number[] {
  return (service.spec.ports ?? []).map((port) => port.nodePort ?? 0).filter((port) => port !== 0);
}

function noEffects(): SideEffects {
  return { compares: [], operations: [] };
}

function take(name: string, service: Service, effects: SideEffects): void {
  const key = `/registry/${RANGES}/${name}`;
  const value = Buffer.from(`${service.metadata.namespace ?? ''}/${service.metadata.name}`);
  effects.compares.push({ key, target: 'createRevision', op: '=', value: 0 });
  effects.operations.push({ type: 'put', key, value });
}

function release(name: string, effects: SideEffects): void {
  effects.operations.push({ type: 'delete', key: `/registry/${RANGES}/${name}` });
}

import {
  fieldDuplicate,
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isPortNumber,
} from '@wherry/apimachinery';
import type { Service, ServicePort, ServiceSpec } from '../core/service.ts';
import { isIp, nonSpecialIp, validCidr, validIp } from './ip.ts';
import { validateLabels } from './metadata.ts';
import {
  dnsLabel,
  dnsSubdomain,
  forbiddenIf,
  invalidIf,
  matching,
  oneOf,
  oneOfOrAbsent,
  portNumberOrName,
  protocols,
  qualifiedName,
  type Findings,
} from './value-rules.ts';

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const policies = ['Cluster', 'Local'];
const maxAffinitySeconds = 86400;
const onlyForBalancers = "may only be used when `type` is 'LoadBalancer'";

export function* service({ spec }: Service): Findings {
  const headless = spec.clusterIP === 'None';
  const external = spec.type === 'ExternalName';
  if ((spec.ports ?? []).length === 0 && !headless && !external) yield fieldRequired('spec.ports');
  if (headless && (spec.type === 'LoadBalancer' || spec.type === 'NodePort')) {
    yield fieldInvalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`);
  }
  if (external) yield* externalName(spec);
  yield* ports(spec.ports ?? []);
  yield* validateLabels(spec.selector, 'spec.selector');
  yield* oneOf(spec.sessionAffinity, ['ClientIP', 'None'], 'spec.sessionAffinity');
  yield* affinity(spec);
  yield* clusterIps(spec);
  for (const [index, ip] of (spec.externalIPs ?? []).entries()) {
    yield* isIp(ip) ? nonSpecialIp(ip, `spec.externalIPs[${index}]`) : validIp(ip, `spec.externalIPs[${index}]`);
  }
  yield* oneOf(spec.type, types, 'spec.type');
  yield* nodePorts(spec);
  yield* balancer(spec);
  yield* trafficPolicies(spec);
}

export function* serviceUpdate(next: Service, old: Service): Findings {
  yield* fixedClusterIp(next.spec, old.spec);
  if (needsHealthCheck(next.spec) && needsHealthCheck(old.spec)) {
    const changed = next.spec.healthCheckNodePort !== old.spec.healthCheckNodePort;
    yield* forbiddenIf(changed, 'spec.healthCheckNodePort', 'field is immutable');
  }
  yield* service(next);
}

export function* serviceStatus({ spec, status }: Service): Findings {
  const ingress = status?.loadBalancer?.ingress ?? [];
  if (ingress.length > 0 && spec.type !== 'LoadBalancer') {
    yield fieldForbidden('status.loadBalancer.ingress', "may only be used when `spec.type` is 'LoadBalancer'");
  }
  for (const [index, item] of ingress.entries()) {
    const at = `status.loadBalancer.ingress[${index}]`;
    if (item.ip) yield* validIp(item.ip, `${at}.ip`);
    if (item.hostname) yield* dnsSubdomain(item.hostname, `${at}.hostname`);
  }
}

function* externalName(spec: ServiceSpec): Findings {
  const detail = 'may not be set for ExternalName services';
  yield* forbiddenIf((spec.clusterIPs ?? []).length > 0, 'spec.clusterIPs', detail);
  yield* forbiddenIf((spec.ipFamilies ?? []).length > 0, 'spec.ipFamilies', detail);
  yield* forbiddenIf(spec.ipFamilyPolicy !== undefined, 'spec.ipFamilyPolicy', detail);
  const name = (spec.externalName ?? '').replace(/\.$/, '');
  if (name === '') yield fieldRequired('spec.externalName');
  else yield* dnsSubdomain(name, 'spec.externalName');
}

function* ports(list: readonly ServicePort[]): Findings {
  const names = new Set<string>();
  const pairs = new Set<string>();
  for (const [index, port] of list.entries()) {
    const at = `spec.ports[${index}]`;
    if (port.name) {
      yield* dnsLabel(port.name, `${at}.name`);
      if (names.has(port.name)) yield fieldDuplicate(`${at}.name`, port.name);
      names.add(port.name);
    } else if (list.length > 1) yield fieldRequired(`${at}.name`);
    yield* matching(isPortNumber(port.port), port.port, `${at}.port`);
    yield* oneOf(port.protocol, protocols, `${at}.protocol`);
    yield* portNumberOrName(port.targetPort, `${at}.targetPort`);
    if (port.appProtocol !== undefined) yield* qualifiedName(port.appProtocol, `${at}.appProtocol`);
    const pair = `${port.protocol}/${port.port}`;
    if (pairs.has(pair)) yield fieldDuplicate(at, { protocol: port.protocol, port: port.port });
    pairs.add(pair);
  }
}

function* nodePorts(spec: ServiceSpec): Findings {
  const pairs = new Set<string>();
  for (const [index, { nodePort, protocol }] of (spec.ports ?? []).entries()) {
    if (!nodePort) continue;
    const at = `spec.ports[${index}].nodePort`;
    yield* forbiddenIf(spec.type === 'ClusterIP', at, "may not be used when `type` is 'ClusterIP'");
    const pair = `${protocol}/${nodePort}`;
    if (pairs.has(pair)) yield fieldDuplicate(at, nodePort);
    pairs.add(pair);
  }
}

function* affinity(spec: ServiceSpec): Findings {
  const field = 'spec.sessionAffinityConfig';
  const config = spec.sessionAffinityConfig;
  if (spec.sessionAffinity === 'None') {
    yield* forbiddenIf(config !== undefined, field, 'must not be set when session affinity is None');
  }
  if (spec.sessionAffinity !== 'ClientIP') return;
  const detail = 'when session affinity type is ClientIP';
  const seconds = config?.clientIP?.timeoutSeconds;
  if (config === undefined) yield fieldRequired(field, detail);
  else if (config.clientIP === undefined) yield fieldRequired(`${field}.clientIP`, detail);
  else if (seconds === undefined) yield fieldRequired(`${field}.clientIP.timeoutSeconds`, detail);
  else if (seconds <= 0 || seconds > maxAffinitySeconds) {
    const range = `must be greater than 0 and less than ${maxAffinitySeconds}`;
    yield fieldInvalid(`${field}.clientIP.timeoutSeconds`, seconds, range);
  }
}

function* clusterIps(spec: ServiceSpec): Findings {
  const ips = spec.clusterIPs ?? [];
  for (const [index, ip] of ips.entries()) {
    if (ip === 'None') {
      yield* invalidIf(index > 0, `spec.clusterIPs[${index}]`, ip, "must be empty, 'None', or a valid IP address");
    } else if (!isIp(ip)) yield* validIp(ip, `spec.clusterIPs[${index}]`);
  }
  if (ips.length === 0 && spec.clusterIP && spec.clusterIP !== 'None')
    yield* validIp(spec.clusterIP, 'spec.clusterIPs[0]');
  if (ips.length > 0 && ips[0] !== (spec.clusterIP ?? '')) {
    yield fieldInvalid('spec.clusterIPs', ips, 'first value must match `clusterIP`');
  }
  for (const [index, family] of (spec.ipFamilies ?? []).entries()) {
    if (family !== 'IPv4' && family !== 'IPv6') {
      yield fieldNotSupported(`spec.ipFamilies[${index}]`, family, ['IPv4', 'IPv6']);
    }
  }
  const familyPolicies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
  yield* oneOfOrAbsent(spec.ipFamilyPolicy, familyPolicies, 'spec.ipFamilyPolicy');
}

/** The first address stays for the life of the service, unless it becomes, or was, an ExternalName. */
function* fixedClusterIp(next: ServiceSpec, old: ServiceSpec): Findings {
  if (next.type === 'ExternalName' || old.type === 'ExternalName') return;
  const before = old.clusterIPs?.[0] ?? old.clusterIP ?? '';
  const after = next.clusterIPs?.[0] ?? next.clusterIP ?? '';
  if (before === '' || before === after) return;
  if (after === '') yield fieldInvalid('spec.clusterIPs[0]', '', 'primary clusterIP can not be unset');
  else yield fieldInvalid('spec.clusterIPs[0]', next.clusterIPs ?? [after], 'may not change once set');
}

function* balancer(spec: ServiceSpec): Findings {
  const isBalancer = spec.type === 'LoadBalancer';
  const ranges = spec.loadBalancerSourceRanges ?? [];
  yield* forbiddenIf(ranges.length > 0 && !isBalancer, 'spec.LoadBalancerSourceRanges', onlyForBalancers);
  for (const [index, range] of ranges.entries())
    yield* validCidr(range.trim(), `spec.LoadBalancerSourceRanges[${index}]`);
  const allocates = spec.allocateLoadBalancerNodePorts;
  yield* forbiddenIf(allocates !== undefined && !isBalancer, 'spec.allocateLoadBalancerNodePorts', onlyForBalancers);
  yield* forbiddenIf(spec.loadBalancerClass !== undefined && !isBalancer, 'spec.loadBalancerClass', onlyForBalancers);
}

function* trafficPolicies(spec: ServiceSpec): Findings {
  const policy = spec.externalTrafficPolicy;
  const reachable =
    spec.type === 'NodePort' ||
    spec.type === 'LoadBalancer' ||
    (spec.type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0);
  if (reachable) yield* oneOf(policy, policies, 'spec.externalTrafficPolicy');
  else {
    yield* invalidIf(
      Boolean(policy),
      'spec.externalTrafficPolicy',
      policy,
      'may only be set for externally-accessible services',
    );
  }
  if (!needsHealthCheck(spec) && spec.healthCheckNodePort) {
    const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    yield fieldInvalid('spec.healthCheckNodePort', spec.healthCheckNodePort, detail);
  }
  yield* oneOfOrAbsent(spec.internalTrafficPolicy, policies, 'spec.internalTrafficPolicy');
  const distributions = ['PreferClose', 'PreferSameNode', 'PreferSameZone'];
  yield* oneOfOrAbsent(spec.trafficDistribution, distributions, 'spec.trafficDistribution');
}

function needsHealthCheck(spec: ServiceSpec): boolean {
  return spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';
}

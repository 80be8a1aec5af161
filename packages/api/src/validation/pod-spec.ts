import { fieldDuplicate, fieldForbidden, fieldInvalid, fieldRequired } from '@wherry/apimachinery';
import type { PodDNSConfig, PodSpec, PodTemplateSpec } from '../core/pod.ts';
import { containerLists } from './container.ts';
import { resourceAmount } from './container-resources.ts';
import { validIp } from './ip.ts';
import { validateAnnotations, validateLabels } from './metadata.ts';
import { affinity, tolerations, topologySpread } from './placement.ts';
import { podSecurityContext } from './security-context.ts';
import {
  dnsLabel,
  dnsSubdomain,
  inclusiveRange,
  maxInt32,
  oneOf,
  oneOfOrAbsent,
  qualifiedName,
  type Findings,
} from './value-rules.ts';
import { resourceClaims } from './resource-claims.ts';
import { volumes } from './volume.ts';

const maxNameservers = 3;
const maxSearchPaths = 32;
const maxSearchCharacters = 2048;

/** A pod spec, in a pod or in a template (`isPod` false), where defaulting of host ports is still to come. */
export function* podSpec(spec: PodSpec, field: string, isPod: boolean): Findings {
  if (spec.terminationGracePeriodSeconds === undefined) yield fieldRequired(`${field}.terminationGracePeriodSeconds`);
  yield* volumes(spec.volumes ?? [], `${field}.volumes`);
  yield* containerLists(spec, field);
  yield* resourceClaims(spec, field);
  yield* hostNetworkPorts(spec, field, isPod);
  yield* oneOf(spec.restartPolicy, ['Always', 'OnFailure', 'Never'], `${field}.restartPolicy`);
  yield* oneOf(spec.dnsPolicy, ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'], `${field}.dnsPolicy`);
  yield* validateLabels(spec.nodeSelector, `${field}.nodeSelector`);
  yield* podSecurityContext(spec, `${field}.securityContext`);
  yield* affinity(spec.affinity, `${field}.affinity`);
  yield* dnsConfig(spec.dnsConfig, spec.dnsPolicy, `${field}.dnsConfig`);
  yield* gates(spec, field);
  yield* topologySpread(spec.topologySpreadConstraints ?? [], `${field}.topologySpreadConstraints`);
  yield* hostUsers(spec, field);
  yield* names(spec, field);
  yield* activeDeadline(spec.activeDeadlineSeconds, `${field}.activeDeadlineSeconds`);
  yield* tolerations(spec.tolerations ?? [], `${field}.tolerations`);
  yield* hostAliases(spec, `${field}.hostAliases`);
  yield* oneOfOrAbsent(spec.preemptionPolicy, ['PreemptLowerPriority', 'Never'], `${field}.preemptionPolicy`);
  for (const [name, amount] of Object.entries(spec.overhead ?? {})) {
    yield* resourceAmount(name, amount, `${field}.overhead[${name}]`);
  }
  if (spec.os !== undefined) yield* oneOf(spec.os.name, ['linux', 'windows'], `${field}.os.name`);
}

/** The path of its labels and annotations lacks `metadata`, as upstream's does. */
export function* podTemplate(template: PodTemplateSpec, field: string): Findings {
  yield* validateLabels(template.metadata?.labels, `${field}.labels`);
  yield* validateAnnotations(template.metadata?.annotations, `${field}.annotations`);
  yield* podSpec(template.spec, `${field}.spec`, false);
  if ((template.spec.ephemeralContainers ?? []).length > 0) {
    yield fieldForbidden(`${field}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template');
  }
}

function* hostNetworkPorts(spec: PodSpec, field: string, isPod: boolean): Findings {
  if (spec.hostNetwork !== true) return;
  for (const [index, container] of spec.containers.entries()) {
    for (const [i, port] of (container.ports ?? []).entries()) {
      const hostPort = port.hostPort ?? 0;
      if ((!isPod && hostPort === 0) || hostPort === port.containerPort) continue;
      const at = `${field}.containers[${index}].ports[${i}].hostPort`;
      yield fieldInvalid(at, hostPort, 'must match `containerPort` when `hostNetwork` is true');
    }
  }
}

function* dnsConfig(config: PodDNSConfig | undefined, policy: string | undefined, field: string): Findings {
  if (policy === 'None') {
    if (config === undefined) {
      yield fieldRequired(field, 'must provide `dnsConfig` when `dnsPolicy` is None');
      return;
    }
    if ((config.nameservers ?? []).length === 0) {
      yield fieldRequired(`${field}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None');
    }
  }
  const { nameservers = [], searches = [], options = [] } = config ?? {};
  if (nameservers.length > maxNameservers) {
    yield fieldInvalid(`${field}.nameservers`, nameservers, `must not have more than ${maxNameservers} nameservers`);
  }
  for (const [index, address] of nameservers.entries()) yield* validIp(address, `${field}.nameservers[${index}]`);
  if (searches.length > maxSearchPaths) {
    yield fieldInvalid(`${field}.searches`, searches, `must not have more than ${maxSearchPaths} search paths`);
  }
  if (searches.join(' ').length > maxSearchCharacters) {
    const detail = `must not have more than ${maxSearchCharacters} characters (including spaces) in the search list`;
    yield fieldInvalid(`${field}.searches`, searches, detail);
  }
  for (const [index, search] of searches.entries()) {
    // Names such as _tcp.example.com and a lone dot are allowed here.
    if (search === '.') continue;
    yield* dnsSubdomain(search.replace(/\.$/, '').replaceAll('_', 'a'), `${field}.searches[${index}]`);
  }
  for (const [index, option] of options.entries()) {
    if (!option.name) yield fieldRequired(`${field}.options[${index}]`, 'must not be empty');
  }
}

function* gates(spec: PodSpec, field: string): Findings {
  for (const [index, gate] of (spec.readinessGates ?? []).entries()) {
    yield* qualifiedName(gate.conditionType, `${field}.readinessGates[${index}].conditionType`);
  }
  const seen = new Set<string>();
  for (const [index, { name }] of (spec.schedulingGates ?? []).entries()) {
    const at = `${field}.schedulingGates[${index}]`;
    yield* qualifiedName(name, at);
    if (seen.has(name)) yield fieldDuplicate(at, name);
    seen.add(name);
  }
}

function* hostUsers(spec: PodSpec, field: string): Findings {
  if (spec.hostUsers !== false) return;
  const detail = 'when `pod.Spec.HostUsers` is false';
  if (spec.hostNetwork === true) yield fieldForbidden(`${field}.hostNetwork`, detail);
  if (spec.hostPID === true) yield fieldForbidden(`${field}.HostPID`, detail);
  if (spec.hostIPC === true) yield fieldForbidden(`${field}.HostIPC`, detail);
}

function* names(spec: PodSpec, field: string): Findings {
  for (const name of ['serviceAccountName', 'nodeName', 'priorityClassName'] as const) {
    if (spec[name]) yield* dnsSubdomain(spec[name], `${field}.${name}`);
  }
  if (spec.runtimeClassName !== undefined) yield* dnsSubdomain(spec.runtimeClassName, `${field}.runtimeClassName`);
  for (const name of ['hostname', 'subdomain'] as const)
    if (spec[name]) yield* dnsLabel(spec[name], `${field}.${name}`);
}

function* activeDeadline(seconds: number | undefined, field: string): Findings {
  if (seconds !== undefined && (seconds < 1 || seconds > maxInt32)) {
    yield fieldInvalid(field, seconds, inclusiveRange(1, maxInt32));
  }
}

function* hostAliases(spec: PodSpec, field: string): Findings {
  for (const [index, alias] of (spec.hostAliases ?? []).entries()) {
    yield* validIp(alias.ip, `${field}[${index}].ip`);
    for (const [i, name] of (alias.hostnames ?? []).entries()) {
      yield* dnsSubdomain(name, `${field}[${index}].hostnames[${i}]`);
    }
  }
}

import { clone, deepEqual, fieldForbidden, fieldInvalid, fieldRequired, semanticEqual } from '@wherry/apimachinery';
import type { Container } from '../core/container.ts';
import type { Toleration } from '../core/placement.ts';
import type { ContainerStatus } from '../core/pod-status.ts';
import type { Pod, PodSpec } from '../core/pod.ts';
import { podOnlyContainers } from './container.ts';
import { validIp } from './ip.ts';
import { podSpec } from './pod-spec.ts';
import { specDifference } from './spec-difference.ts';
import { dnsSubdomain, inclusiveRange, maxInt32, qualifiedName, type Findings } from './value-rules.ts';

export function* podCreate(pod: Pod): Findings {
  yield* podSpec(pod.spec, 'spec', true);
  yield* onlyForPods(pod.spec);
  if ((pod.spec.ephemeralContainers ?? []).length > 0) {
    yield fieldForbidden('spec.ephemeralContainers', 'cannot be set on create');
  }
  if (pod.spec.nodeName && (pod.spec.schedulingGates ?? []).length > 0) {
    yield fieldForbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared');
  }
}

function* onlyForPods(spec: PodSpec): Findings {
  if (!spec.serviceAccountName) {
    for (const [index, volume] of (spec.volumes ?? []).entries()) {
      for (const [i, source] of (volume.projected?.sources ?? []).entries()) {
        if (source.serviceAccountToken === undefined) continue;
        const at = `spec.volumes[${index}].projected.sources[${i}].serviceAccountToken`;
        yield fieldForbidden(at, 'must not be specified when serviceAccountName is not set');
      }
    }
  }
  yield* podOnlyContainers(spec.containers, 'spec.containers');
  yield* podOnlyContainers(spec.initContainers, 'spec.initContainers');
}

const mutable = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

export function* podUpdate(pod: Pod, old: Pod): Findings {
  yield* podSpec(pod.spec, 'spec', true);
  yield* onlyForPods(pod.spec);
  for (const list of ['containers', 'initContainers'] as const) {
    if ((pod.spec[list]?.length ?? 0) !== (old.spec[list]?.length ?? 0)) {
      yield fieldForbidden(`spec.${list}`, 'pod updates may not add or remove containers');
      return;
    }
    for (const [index, { image }] of (pod.spec[list] ?? []).entries()) {
      if (!image) yield fieldRequired(`spec.${list}[${index}].image`);
    }
  }
  const deadline = [...activeDeadline(pod.spec.activeDeadlineSeconds, old.spec.activeDeadlineSeconds)];
  yield* deadline;
  if (deadline.length > 0 && pod.spec.activeDeadlineSeconds !== undefined) return;
  yield* onlyAddedTolerations(pod.spec.tolerations ?? [], old.spec.tolerations ?? []);
  yield* onlyRemovedGates(pod.spec, old.spec);
  const rest = withMutableFieldsOf(pod.spec, old.spec);
  if (!semanticEqual(rest, old.spec)) {
    const difference = specDifference(old.spec, rest);
    yield fieldForbidden('spec', `pod updates may not change fields other than ${mutable}\n${difference}`);
  }
}

function* activeDeadline(seconds: number | undefined, old: number | undefined): Findings {
  const field = 'spec.activeDeadlineSeconds';
  if (seconds === undefined) {
    if (old !== undefined) yield fieldInvalid(field, null, 'must not update from a positive integer to nil value');
  } else if (seconds < 0 || seconds > maxInt32) {
    yield fieldInvalid(field, seconds, inclusiveRange(0, maxInt32));
  } else if (old !== undefined && old < seconds) {
    yield fieldInvalid(field, seconds, 'must be less than or equal to previous value');
  }
}

function* onlyAddedTolerations(list: readonly Toleration[], old: readonly Toleration[]): Findings {
  const bare = (toleration: Toleration): Toleration => ({ ...toleration, tolerationSeconds: undefined });
  for (const before of old) {
    if (list.some((toleration) => deepEqual(bare(toleration), bare(before)))) continue;
    yield fieldForbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds');
    return;
  }
}

function* onlyRemovedGates(spec: PodSpec, old: PodSpec): Findings {
  for (const [index, { name }] of (spec.schedulingGates ?? []).entries()) {
    if (old.schedulingGates?.some((gate) => gate.name === name) === true) continue;
    const detail = `only deletion is allowed, but found new scheduling gate '${name}'`;
    yield fieldForbidden(`spec.schedulingGates[${index}].name`, detail);
  }
}

/** The new spec with everything that may change set back. A gated pod may also narrow where it may go. */
function withMutableFieldsOf(spec: PodSpec, old: PodSpec): PodSpec {
  const rest = clone(spec);
  for (const list of ['containers', 'initContainers'] as const) setImages(rest[list] ?? [], old[list] ?? []);
  rest.activeDeadlineSeconds = old.activeDeadlineSeconds;
  rest.schedulingGates = old.schedulingGates;
  rest.tolerations = old.tolerations;
  if ((old.terminationGracePeriodSeconds ?? 0) < 0 && rest.terminationGracePeriodSeconds === 1) {
    rest.terminationGracePeriodSeconds = old.terminationGracePeriodSeconds;
  }
  if ((old.schedulingGates ?? []).length > 0) {
    const kept = Object.entries(old.nodeSelector ?? {}).every(([key, value]) => rest.nodeSelector?.[key] === value);
    if (kept) rest.nodeSelector = old.nodeSelector;
    rest.affinity = old.affinity === undefined ? withoutNodeAffinity(rest) : rest.affinity;
  }
  return rest;
}

function withoutNodeAffinity({ affinity }: PodSpec): PodSpec['affinity'] {
  return affinity?.podAffinity === undefined && affinity?.podAntiAffinity === undefined ? undefined : affinity;
}

function setImages(containers: Container[], old: readonly Container[]): void {
  for (const [index, container] of containers.entries()) container.image = old[index]?.image;
}

export function* podStatusUpdate(pod: Pod, old: Pod): Findings {
  const status = pod.status ?? {};
  for (const [index, { type }] of (status.conditions ?? []).entries()) {
    yield* qualifiedName(type, `metadata.conditions[${index}].Type`);
  }
  if (pod.spec.nodeName !== old.spec.nodeName) yield fieldForbidden('status.nodeName', 'may not be changed directly');
  if (status.nominatedNodeName) yield* dnsSubdomain(status.nominatedNodeName, 'status.nominatedNodeName');
  if (old.status?.qosClass && status.qosClass !== old.status.qosClass) {
    yield fieldInvalid('status.qosClass', status.qosClass, 'field is immutable');
  }
  const policy = old.spec.restartPolicy;
  yield* transitions(
    status.containerStatuses,
    old.status?.containerStatuses,
    'status.containerStatuses',
    policy,
    old.spec,
  );
  yield* transitions(
    status.initContainerStatuses,
    old.status?.initContainerStatuses,
    'status.initContainerStatuses',
    policy,
    old.spec,
  );
  for (const [index, { ip }] of (status.podIPs ?? []).entries()) yield* validIp(ip, `status.podIPs[${index}]`);
  for (const [index, { ip }] of (status.hostIPs ?? []).entries()) yield* validIp(ip, `status.hostIPs[${index}]`);
  const hostIp = status.hostIPs?.[0]?.ip;
  if (hostIp !== undefined && hostIp !== status.hostIP) {
    yield fieldInvalid('status.hostIPs[0].ip', hostIp, 'must be equal to `hostIP`');
  }
}

/** What has ended for good does not start again. */
function* transitions(
  statuses: readonly ContainerStatus[] | undefined,
  old: readonly ContainerStatus[] | undefined,
  field: string,
  policy: string | undefined,
  spec: PodSpec,
): Findings {
  if (policy === 'Always') return;
  for (const [index, before] of (old ?? []).entries()) {
    const terminated = before.state?.terminated;
    if (terminated === undefined || (terminated.exitCode !== 0 && policy === 'OnFailure')) continue;
    const containers = [...spec.containers, ...(spec.initContainers ?? [])];
    const container = containers.find((candidate) => candidate.name === before.name);
    // A policy or rules of its own stand above the pod's.
    if (container?.restartPolicy !== undefined || container?.restartPolicyRules !== undefined) continue;
    const after = statuses?.find((status) => status.name === before.name);
    if (after !== undefined && after.state?.terminated === undefined) {
      yield fieldForbidden(`${field}[${index}].state`, 'may not be transitioned to non-terminated state');
    }
  }
}

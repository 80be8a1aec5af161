import {
  fieldDuplicate,
  fieldForbidden,
  fieldInvalid,
  fieldNotFound,
  fieldRequired,
  fieldTooMany,
  isPortName,
  isPortNumber,
} from '@wherry/apimachinery';
import type { Container, ContainerPort, EphemeralContainer } from '../core/container.ts';
import type { PodSpec } from '../core/pod.ts';
import { env, envFrom } from './container-env.ts';
import { resourceRequirements } from './container-resources.ts';
import { lifecycle, livenessOrStartupProbe, readinessProbe } from './probe.ts';
import { securityContext } from './security-context.ts';
import { dnsLabel, matching, oneOf, protocols, type Findings } from './value-rules.ts';
import { volumeDevices, volumeMounts } from './volume-mount.ts';

/** All three lists of a pod spec's containers. */
export function* containerLists(spec: PodSpec, field: string): Findings {
  yield* appContainers(spec, `${field}.containers`);
  yield* initContainers(spec, `${field}.initContainers`);
  yield* ephemeralContainers(spec, `${field}.ephemeralContainers`);
}

function* appContainers(spec: PodSpec, field: string): Findings {
  if (spec.containers.length === 0) {
    yield fieldRequired(field);
    return;
  }
  const names = new Set<string>();
  for (const [index, container] of spec.containers.entries()) {
    const at = `${field}[${index}]`;
    yield* common(container, spec, at);
    if (names.has(container.name)) yield fieldDuplicate(`${at}.name`, container.name);
    names.add(container.name);
    yield* hooksAndProbes(container, spec, at);
    if (container.restartPolicy !== undefined) yield* containerRestartPolicy(container.restartPolicy, at);
    yield* restartRules(container, at);
  }
  yield* hostPortConflicts(spec.containers, field);
}

const maxRestartRules = 20;
const maxExitCodes = 255;

function* restartRules({ restartPolicy, restartPolicyRules: rules = [] }: Container, at: string): Findings {
  if (rules.length > 0 && restartPolicy === undefined) {
    yield fieldRequired(`${at}.restartPolicy`, 'must specify restartPolicy when restart rules are used');
  }
  if (rules.length > maxRestartRules) {
    yield fieldTooMany(`${at}.restartPolicyRules`, rules.length, maxRestartRules);
  }
  for (const [index, { action, exitCodes }] of rules.entries()) {
    const rule = `${at}.restartPolicyRules[${index}]`;
    yield* oneOf(action, ['Restart'], `${rule}.action`);
    if (exitCodes === undefined) {
      yield fieldRequired(`${rule}.exitCodes`, 'must be specified');
      continue;
    }
    yield* oneOf(exitCodes.operator, ['In', 'NotIn'], `${rule}.exitCodes.operator`);
    const count = exitCodes.values?.length ?? 0;
    if (count > maxExitCodes) yield fieldTooMany(`${rule}.exitCodes.values`, count, maxExitCodes);
  }
}

function* containerRestartPolicy(policy: string, at: string): Findings {
  yield* oneOf(policy, ['Always', 'Never', 'OnFailure'], `${at}.restartPolicy`);
}

function* initContainers(spec: PodSpec, field: string): Findings {
  const names = new Set(spec.containers.map((container) => container.name));
  for (const [index, container] of (spec.initContainers ?? []).entries()) {
    const at = `${field}[${index}]`;
    yield* common(container, spec, at);
    if (container.restartPolicy !== undefined) yield* containerRestartPolicy(container.restartPolicy, at);
    yield* restartRules(container, at);
    if (names.has(container.name)) yield fieldDuplicate(`${at}.name`, container.name);
    else if (container.name !== '') names.add(container.name);
    yield* hostPortConflicts([container], field);
    if (container.restartPolicy === 'Always') yield* hooksAndProbes(container, spec, at);
    else yield* noHooksOrProbes(container, at);
  }
}

function* noHooksOrProbes(container: Container, at: string): Findings {
  for (const name of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    if (container[name] === undefined) continue;
    yield fieldForbidden(`${at}.${name}`, 'may not be set for init containers without restartPolicy=Always');
  }
}

const notForEphemeral = [
  'ports',
  'lifecycle',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'resizePolicy',
] as const;

function* ephemeralContainers(spec: PodSpec, field: string): Findings {
  const others = new Set([...spec.containers, ...(spec.initContainers ?? [])].map((container) => container.name));
  const names = new Set(others);
  const text = 'cannot be set for an Ephemeral Container';
  for (const [index, container] of (spec.ephemeralContainers ?? []).entries()) {
    const at = `${field}[${index}]`;
    yield* common(container, spec, at);
    if (names.has(container.name)) yield fieldDuplicate(`${at}.name`, container.name);
    names.add(container.name);
    const target = container.targetContainerName;
    if (target && !others.has(target)) yield fieldNotFound(`${at}.targetContainerName`, target);
    for (const name of notForEphemeral) if (container[name] !== undefined) yield fieldForbidden(`${at}.${name}`, text);
    if (Object.keys(container.resources ?? {}).length > 0) yield fieldForbidden(`${at}.resources`, text);
    for (const [i, mount] of (container.volumeMounts ?? []).entries()) {
      if (mount.subPath) yield fieldForbidden(`${at}.volumeMounts[${i}].subPath`, text);
      if (mount.subPathExpr) yield fieldForbidden(`${at}.volumeMounts[${i}].subPathExpr`, text);
    }
  }
}

function* common(container: Container | EphemeralContainer, spec: PodSpec, at: string): Findings {
  if (container.name === '') yield fieldRequired(`${at}.name`);
  else yield* dnsLabel(container.name, `${at}.name`);
  if (!container.image) yield fieldRequired(`${at}.image`);
  yield* oneOf(container.terminationMessagePolicy, ['File', 'FallbackToLogsOnError'], `${at}.terminationMessagePolicy`);
  yield* ports(container.ports ?? [], `${at}.ports`);
  yield* env(container.env ?? [], `${at}.env`);
  yield* envFrom(container.envFrom ?? [], `${at}.envFrom`);
  yield* volumeMounts(container, spec.volumes ?? [], `${at}.volumeMounts`);
  yield* volumeDevices(container, spec.volumes ?? [], `${at}.volumeDevices`);
  yield* oneOf(container.imagePullPolicy, ['Always', 'IfNotPresent', 'Never'], `${at}.imagePullPolicy`);
  yield* resourceRequirements(container.resources, `${at}.resources`);
  yield* resizePolicy(container, `${at}.resizePolicy`);
  yield* securityContext(container.securityContext, `${at}.securityContext`);
}

function* hooksAndProbes(container: Container, spec: PodSpec, at: string): Findings {
  yield* lifecycle(container.lifecycle, spec.terminationGracePeriodSeconds, `${at}.lifecycle`);
  yield* livenessOrStartupProbe(container.livenessProbe, `${at}.livenessProbe`);
  yield* readinessProbe(container.readinessProbe, `${at}.readinessProbe`);
  yield* livenessOrStartupProbe(container.startupProbe, `${at}.startupProbe`);
}

function* ports(list: readonly ContainerPort[], field: string): Findings {
  const names = new Set<string>();
  for (const [index, port] of list.entries()) {
    const at = `${field}[${index}]`;
    if (port.name) {
      const messages = isPortName(port.name);
      yield* matching(messages, port.name, `${at}.name`);
      if (messages.length === 0 && names.has(port.name)) yield fieldDuplicate(`${at}.name`, port.name);
      names.add(port.name);
    }
    if (port.containerPort === 0) yield fieldRequired(`${at}.containerPort`);
    else yield* matching(isPortNumber(port.containerPort), port.containerPort, `${at}.containerPort`);
    if (port.hostPort) yield* matching(isPortNumber(port.hostPort), port.hostPort, `${at}.hostPort`);
    yield* oneOf(port.protocol, protocols, `${at}.protocol`);
  }
}

function* hostPortConflicts(containers: readonly Container[], field: string): Findings {
  const taken = new Set<string>();
  for (const [index, container] of containers.entries()) {
    for (const [i, port] of (container.ports ?? []).entries()) {
      if (!port.hostPort) continue;
      const key = `${port.protocol}/${port.hostIP ?? ''}/${port.hostPort}`;
      if (taken.has(key)) yield fieldDuplicate(`${field}[${index}].ports[${i}].hostPort`, key);
      taken.add(key);
    }
  }
}

function* resizePolicy(container: Container | EphemeralContainer, field: string): Findings {
  const names = new Set<string>();
  for (const [index, policy] of (container.resizePolicy ?? []).entries()) {
    if (names.has(policy.resourceName)) yield fieldDuplicate(`${field}[${index}]`, policy.resourceName);
    names.add(policy.resourceName);
    yield* oneOf(policy.resourceName, ['cpu', 'memory'], field);
    yield* oneOf(policy.restartPolicy, ['NotRequired', 'RestartContainer'], field);
  }
}

/** What a pod is refused and a template is not. */
export function* podOnlyContainers(containers: readonly Container[] | undefined, field: string): Findings {
  for (const [index, { image = '' }] of (containers ?? []).entries()) {
    if (image.trim() === image) continue;
    yield fieldInvalid(`${field}[${index}].image`, image, 'must not have leading or trailing whitespace');
  }
}

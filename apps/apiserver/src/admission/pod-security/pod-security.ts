import {
  pods,
  type CronJob,
  type Deployment,
  type Namespace,
  type Pod,
  type PodSpec,
  type PodTemplate,
} from '@wherry/api';
import { deepEqual, forbidden, invalid, type ObjectMeta } from '@wherry/apimachinery';
import { groupResource } from '../../registry/object-meta.ts';
import { findServed, lookUp, type Registry } from '../../registry/registry.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../chain.ts';
import type { Violation } from './check.ts';
import { evaluate, isStricter, policyOf, print, type LevelVersion } from './policy.ts';

/** How many pods of a namespace are looked at when its level rises, as upstream. */
const MAX_PODS = 3_000;
const templated = new Set([
  'replicationcontrollers',
  'replicasets',
  'deployments',
  'statefulsets',
  'daemonsets',
  'jobs',
]);
/** Subresources by which the pod itself can change. */
const ofPod = new Set(['', 'ephemeralcontainers', 'resize']);

/** The Pod Security Standards, as the labels of the namespace ask for them (KEP-2579). */
export const podSecurity: AdmissionPlugin = {
  name: 'PodSecurity',
  validate(request, registry) {
    const { group, plural } = request.served.resource;
    if (request.operation === 'DELETE') return;
    if (group === '' && plural === 'namespaces') judgeNamespace(request, registry);
    else if (group === '' && plural === 'pods') judgePod(request, registry);
    else if (request.subresource === '') judgeTemplate(request, registry);
  },
};

function judgeNamespace(request: AdmissionRequest, registry: Registry): void {
  if (request.subresource !== '') return;
  const namespace = request.object as Namespace;
  const before = policyOf(request.old?.metadata.labels);
  const after = policyOf(namespace.metadata.labels);
  const known = request.old === undefined ? [] : before.errors;
  if (after.errors.length > 0 && !deepEqual(after.errors, known)) {
    throw invalid(request.served.resource, namespace.metadata.name, [...after.errors]);
  }
  if (request.old === undefined || deepEqual(after.enforce, before.enforce)) return;
  const relaxed =
    after.enforce.version === before.enforce.version && !isStricter(after.enforce.level, before.enforce.level);
  if (after.enforce.level === 'privileged' || relaxed) return;
  for (const warning of existingViolations(registry, namespace.metadata.name, after.enforce)) request.warn?.(warning);
}

function existingViolations(registry: Registry, namespace: string, level: LevelVersion): string[] {
  const byFault = new Map<string, string[]>();
  const found = findServed(registry, pods.group, pods.version, pods.plural)?.cache.list(namespace) ?? [];
  for (const entry of found.slice(0, MAX_PODS)) {
    const pod = entry.object as Pod;
    const faults = evaluate(level, pod.metadata, pod.spec);
    if (faults.length === 0) continue;
    const text = faults.map(({ reason }) => reason).join(', ');
    byFault.set(text, [...(byFault.get(text) ?? []), pod.metadata.name]);
  }
  if (byFault.size === 0) return [];
  const warnings = [...byFault].map(([text, [first = '', ...others]]) => {
    const more = others.length === 0 ? '' : ` (and ${others.length} other pod${others.length === 1 ? '' : 's'})`;
    return `${first}${more}: ${text}`;
  });
  const head = `existing pods in namespace ${JSON.stringify(namespace)} violate the new PodSecurity enforce level ${JSON.stringify(print(level))}`;
  return [head, ...warnings.toSorted((a, b) => (a < b ? -1 : 1))];
}

function judgePod(request: AdmissionRequest, registry: Registry): void {
  if (!ofPod.has(request.subresource)) return;
  const pod = request.object as Pod;
  if (request.old !== undefined && !changedWhatCounts(pod, request.old as Pod)) return;
  const policy = policyAt(registry, request.namespace);
  const faults = evaluate(policy.enforce, pod.metadata, pod.spec);
  if (faults.length > 0) {
    const why = `violates PodSecurity ${JSON.stringify(print(policy.enforce))}: ${describe(faults)}`;
    throw forbidden(groupResource(request.served), pod.metadata.name, why);
  }
  warn(request, policy.warn, pod.metadata, pod.spec);
}

/** What makes pods is only warned of: the pods themselves will be judged. */
function judgeTemplate(request: AdmissionRequest, registry: Registry): void {
  const template = templateOf(request);
  if (template?.spec === undefined) return;
  warn(request, policyAt(registry, request.namespace).warn, template.metadata ?? {}, template.spec);
}

function templateOf({ served, object }: AdmissionRequest): Template | undefined {
  const { group, plural } = served.resource;
  if (group === '' && plural === 'podtemplates') return (object as PodTemplate).template;
  if (group === 'batch' && plural === 'cronjobs') return (object as CronJob).spec.jobTemplate.spec?.template;
  const knowsPods = group === '' || group === 'apps' || group === 'batch';
  return knowsPods && templated.has(plural) ? (object as Deployment).spec?.template : undefined;
}
interface Template {
  metadata?: Pick<ObjectMeta, 'annotations'> | undefined;
  spec?: PodSpec | undefined;
}

function policyAt(registry: Registry, namespace: string) {
  return policyOf(lookUp(registry, '/v1/namespaces', namespace)?.metadata.labels);
}

function warn(
  request: AdmissionRequest,
  level: LevelVersion,
  metadata: Pick<ObjectMeta, 'annotations'>,
  spec: PodSpec,
): void {
  const faults = evaluate(level, metadata, spec);
  if (faults.length > 0)
    request.warn?.(`would violate PodSecurity ${JSON.stringify(print(level))}: ${describe(faults)}`);
}

function describe(faults: readonly Violation[]): string {
  return faults.map(({ reason, detail }) => `${reason} (${detail})`).join(', ');
}

/** Of what may change in a pod, only images, ephemeral containers and profiles set by annotation matter. */
function changedWhatCounts(pod: Pod, old: Pod): boolean {
  const images = ({ spec }: Pod): (string | undefined)[] =>
    [...(spec.initContainers ?? []), ...spec.containers].map(({ image }) => image);
  const profiles = ({ metadata }: Pod): string[] =>
    Object.entries(metadata.annotations ?? {})
      .filter(([key]) => /(seccomp|apparmor)\.security\./.test(key))
      .map(([key, value]) => `${key}=${value}`);
  return (
    !deepEqual(images(pod), images(old)) ||
    !deepEqual(profiles(pod), profiles(old)) ||
    !deepEqual(pod.spec.ephemeralContainers, old.spec.ephemeralContainers)
  );
}

import { clone, fieldForbidden, fieldInvalid, semanticEqual, type FieldError } from '@wherry/apimachinery';
import type { Container } from '../core/container.ts';
import type { Pod, PodSpec } from '../core/pod.ts';
import { podQosClass } from '../facts/pod-requests.ts';
import { mirrorAnnotation } from './ephemeral-containers.ts';
import { podSpec } from './pod-spec.ts';
import { specDifference } from './spec-difference.ts';
import type { Findings } from './value-rules.ts';

type List = 'containers' | 'initContainers';
type Amounts = Record<string, string>;

/** The change that PUT and PATCH of pods/resize may make: cpu and memory of containers and sidecars. */
export function validatePodResize(pod: Pod, old: Pod): FieldError[] {
  return [...podResize(pod, old)];
}

function* podResize(pod: Pod, old: Pod): Findings {
  yield* podSpec(pod.spec, 'spec', true);
  const refused = cannotBeResized(old);
  if (refused !== undefined) {
    yield fieldForbidden('', refused);
    return;
  }
  if (podQosClass(old) !== podQosClass(pod)) {
    yield fieldInvalid('spec', pod.status?.qosClass, 'Pod QOS Class may not change as a result of resizing');
  }
  if (!nodeCanResize(old)) yield fieldForbidden('spec', 'Pod running on node without support for resize');
  const order = [
    ...sameContainers(pod.spec, old.spec, 'containers'),
    ...sameContainers(pod.spec, old.spec, 'initContainers'),
  ];
  yield* order;
  if (order.length > 0) return;
  for (const list of ['containers', 'initContainers'] as const) {
    for (const [index, container] of (pod.spec[list] ?? []).entries()) {
      yield* nothingRemoved(container, old.spec[list]?.[index], `spec.${list}[${index}].resources`);
    }
  }
  const rest = withOldAmounts(pod.spec, old.spec);
  if (!semanticEqual(rest, old.spec)) {
    const difference = specDifference(old.spec, rest);
    yield fieldForbidden('spec', `only cpu and memory resources are mutable\n${difference}`);
  }
}

function cannotBeResized({ metadata, spec }: Pod): string | undefined {
  if (metadata.annotations?.[mirrorAnnotation] !== undefined) return 'static pods cannot be resized';
  if (spec.os?.name === 'windows') return 'windows pods cannot be resized';
  return undefined;
}

/** Kubelets that can resize report the resources of what runs. */
function nodeCanResize({ status }: Pod): boolean {
  const running = status?.containerStatuses?.find(({ state }) => state?.running !== undefined);
  return running === undefined || running.resources !== undefined;
}

function* sameContainers(spec: PodSpec, old: PodSpec, list: List): Findings {
  const [after, before] = [spec[list] ?? [], old[list] ?? []];
  if (after.length !== before.length) {
    yield fieldForbidden('spec', `${list} may not be added or removed on resize`);
    return;
  }
  for (const [index, { name }] of after.entries()) {
    if (name === before[index]?.name) continue;
    yield fieldForbidden(`spec.${list}[${index}].name`, `${list} may not be renamed or reordered on resize`);
  }
}

function* nothingRemoved(container: Container, old: Container | undefined, field: string): Findings {
  for (const [kind, word] of [
    ['requests', 'resource requests'],
    ['limits', 'resource limits'],
  ] as const) {
    const after = container.resources?.[kind] ?? {};
    const removed = Object.keys(old?.resources?.[kind] ?? {}).some((name) => !Object.hasOwn(after, name));
    if (removed) yield fieldForbidden(`${field}.${kind}`, `${word} cannot be removed`);
  }
}

/** The new spec as it was, where it may change. Init containers that end are of one size. */
function withOldAmounts(spec: PodSpec, old: PodSpec): PodSpec {
  const rest = clone(spec);
  for (const list of ['containers', 'initContainers'] as const) {
    for (const [index, container] of (rest[list] ?? []).entries()) {
      const before = old[list]?.[index];
      if (list === 'initContainers' && before?.restartPolicy !== 'Always') continue;
      for (const kind of ['requests', 'limits'] as const) restore(container, kind, before?.resources?.[kind] ?? {});
    }
  }
  return rest;
}

function restore(container: Container, kind: 'requests' | 'limits', before: Amounts): void {
  const amounts: Amounts = { ...container.resources?.[kind] };
  for (const name of ['cpu', 'memory']) {
    if (before[name] === undefined) delete amounts[name];
    else amounts[name] = before[name];
  }
  container.resources = { ...container.resources, [kind]: amounts };
}

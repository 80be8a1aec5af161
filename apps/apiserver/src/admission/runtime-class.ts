import { pods, runtimeClasses, type Pod, type RuntimeClass, type Toleration } from '@wherry/api';
import { compareQuantities, forbidden, type StatusError } from '@wherry/apimachinery';
import { groupResource } from '../registry/object-meta.ts';
import type { Registry } from '../registry/registry.ts';
import type { AdmissionPlugin, AdmissionRequest } from './chain.ts';
import { findByName, isAbout } from './find.ts';

const mismatch = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";

/** What a pod's runtime class costs and where it runs becomes part of the pod. */
export const runtimeClass: AdmissionPlugin = {
  name: 'RuntimeClass',
  concerns: ['/pods'],
  async mutate(request, registry) {
    const found = await classOf(request, registry);
    if (found === undefined) return;
    const pod = request.object as Pod;
    const podFixed = found.overhead?.podFixed;
    if (podFixed !== undefined) {
      if (pod.spec.overhead !== undefined && !sameAmounts(pod.spec.overhead, podFixed)) {
        throw refuse(request, mismatch);
      }
      pod.spec.overhead = { ...podFixed };
    }
    if (found.scheduling === undefined) return;
    mergeNodeSelector(request, pod, found.scheduling.nodeSelector ?? {});
    const tolerations = merged(pod.spec.tolerations ?? [], found.scheduling.tolerations ?? []);
    if (tolerations.length > 0) pod.spec.tolerations = tolerations;
  },
  async validate(request, registry) {
    if (request.operation !== 'CREATE' || !isAbout(request, pods)) return;
    const { overhead } = (request.object as Pod).spec;
    const podFixed = (await classOf(request, registry))?.overhead?.podFixed;
    if (podFixed !== undefined) {
      if (overhead === undefined || !sameAmounts(overhead, podFixed)) throw refuse(request, mismatch);
    } else if (overhead !== undefined) {
      throw refuse(request, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
    }
  },
};

async function classOf(request: AdmissionRequest, registry: Registry): Promise<RuntimeClass | undefined> {
  if (request.operation !== 'CREATE' || !isAbout(request, pods)) return undefined;
  const name = (request.object as Pod).spec.runtimeClassName;
  if (name === undefined) return undefined;
  const found = await findByName(registry, runtimeClasses, name);
  if (found === undefined) throw refuse(request, `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`);
  return found;
}

function refuse(request: AdmissionRequest, why: string): StatusError {
  return forbidden(groupResource(request.served), request.name, why);
}

function mergeNodeSelector(request: AdmissionRequest, { spec }: Pod, wanted: Readonly<Record<string, string>>): void {
  const own = spec.nodeSelector ?? {};
  for (const [key, value] of Object.entries(wanted)) {
    if (!Object.hasOwn(own, key) || own[key] === value) continue;
    const why = `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own[key]}`;
    throw refuse(request, why);
  }
  const all = { ...own, ...wanted };
  if (Object.keys(all).length > 0) spec.nodeSelector = all;
}

/** Both, but for those that another one covers. */
function merged(own: readonly Toleration[], more: readonly Toleration[]): Toleration[] {
  const all = [...own, ...more];
  const kept = all.filter((toleration, index) => {
    return !all.some(
      (other, at) => at !== index && covers(other, toleration) && (at < index || !covers(toleration, other)),
    );
  });
  return kept.map((toleration) => ({ ...toleration }));
}

function covers(wide: Toleration, narrow: Toleration): boolean {
  const [key = '', effect = '', operator = 'Equal'] = [wide.key, wide.effect, wide.operator || undefined];
  if (key !== (narrow.key ?? '') && !(key === '' && operator === 'Exists')) return false;
  if (effect !== '' && effect !== (narrow.effect ?? '')) return false;
  if (operator !== 'Exists' && (narrow.operator === 'Exists' || (wide.value ?? '') !== (narrow.value ?? '')))
    return false;
  if (wide.tolerationSeconds === undefined) return true;
  return narrow.tolerationSeconds !== undefined && wide.tolerationSeconds >= narrow.tolerationSeconds;
}

function sameAmounts(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => Object.hasOwn(b, name) && compareQuantities(a[name]!, b[name]!) === 0);
}

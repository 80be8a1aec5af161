import { pods, priorityClasses, systemPriorityClasses, type Pod, type PriorityClass } from '@wherry/api';
import { forbidden } from '@wherry/apimachinery';
import { groupResource } from '../registry/object-meta.ts';
import type { Registry } from '../registry/registry.ts';
import type { AdmissionPlugin, AdmissionRequest } from './chain.ts';
import { findByName, isAbout, objectsOf } from './find.ts';

/** Puts the numbers to a pod's priority class, and sees to it that one class at most is everybody's. */
export const priority: AdmissionPlugin = {
  name: 'Priority',
  concerns: ['/pods', 'scheduling.k8s.io/priorityclasses'],
  async mutate(request, registry) {
    if (!isAbout(request, pods)) return;
    if (request.operation === 'CREATE') await setPriority(request, registry);
    else if (request.operation === 'UPDATE') {
      const { spec } = request.object as Pod;
      const { spec: before } = request.old as Pod;
      spec.priority ??= before.priority;
      spec.preemptionPolicy ??= before.preemptionPolicy;
    }
  },
  validate(request, registry) {
    if (!isAbout(request, priorityClasses)) return;
    if (request.operation === 'DELETE') return keepSystemClass(request);
    const object = request.object as PriorityClass;
    if (object.globalDefault !== true) return;
    const present = defaultClass(registry);
    if (present === undefined) return;
    if (request.operation === 'UPDATE' && present.metadata.name === object.metadata.name) return;
    const why = `PriorityClass ${present.metadata.name} is already marked as default. Only one default can exist`;
    throw forbidden(groupResource(request.served), object.metadata.name, why);
  },
};

function keepSystemClass(request: AdmissionRequest): void {
  if (!systemPriorityClasses.some(({ name }) => name === request.name)) return;
  const why = 'this is a system priority class and cannot be deleted';
  throw forbidden(groupResource(request.served), request.name, why);
}

async function setPriority(request: AdmissionRequest, registry: Registry): Promise<void> {
  const { metadata, spec } = request.object as Pod;
  const refuse = (why: string) => forbidden(groupResource(request.served), metadata.name, why);
  const named = spec.priorityClassName ?? '';
  const found = named === '' ? defaultClass(registry) : await findByName(registry, priorityClasses, named);
  if (named !== '' && found === undefined) throw refuse(`no PriorityClass with name ${named} was found`);
  if (found !== undefined) spec.priorityClassName = found.metadata.name;
  const value = found?.value ?? 0;
  if (spec.priority !== undefined && spec.priority !== value) {
    throw refuse(
      `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    );
  }
  spec.priority = value;
  const policy = found?.preemptionPolicy ?? 'PreemptLowerPriority';
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
    throw refuse(
      `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
    );
  }
  spec.preemptionPolicy = policy;
}

/** The class that pods without one get: of several the lowest. */
function defaultClass(registry: Registry): PriorityClass | undefined {
  const marked = objectsOf(registry, priorityClasses).filter(({ globalDefault }) => globalDefault === true);
  return marked.toSorted((a, b) => (a.value ?? 0) - (b.value ?? 0))[0];
}

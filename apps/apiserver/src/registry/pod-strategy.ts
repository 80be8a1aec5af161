import { podQosClass, type Container, type Pod } from '@wherry/api';
import { clone, deepEqual } from '@wherry/apimachinery';
import type { Strategy, SubresourceStrategy } from './strategy.ts';

const DEFAULT_GRACE_SECONDS = 30;

/** pods/ephemeralcontainers: these alone. */
const ephemeralContainers: SubresourceStrategy = {
  prepare(object, old) {
    const pod = object as Pod;
    const before = clone(old) as Pod;
    before.spec.ephemeralContainers = pod.spec.ephemeralContainers;
    keepRest(pod, before, old as Pod);
  },
  validate: (object, old, rules) => rules.validatePodEphemeralContainersUpdate(object as Pod, old as Pod),
};

/** pods/resize: the resources of containers. What adds or moves containers is left as it is, to be refused. */
const resize: SubresourceStrategy = {
  prepare(object, old) {
    const pod = object as Pod;
    const before = clone(old) as Pod;
    const { containers, initContainers } = pod.spec;
    before.spec.containers = resized(containers, before.spec.containers);
    before.spec.initContainers = initContainers && resized(initContainers, before.spec.initContainers ?? []);
    keepRest(pod, before, old as Pod);
  },
  validate: (object, old, rules) => rules.validatePodResize(object as Pod, old as Pod),
};

function resized(containers: Container[], old: Container[]): Container[] {
  if (containers.length === 0 || containers.some(({ name }, index) => name !== old[index]?.name)) return containers;
  return old.map((before, index) => {
    const after = containers[index];
    return after ? { ...before, resources: after.resources, resizePolicy: after.resizePolicy } : before;
  });
}

/** Everything but a changed spec is as it was. */
function keepRest(pod: Pod, before: Pod, old: Pod): void {
  const { resourceVersion, managedFields } = pod.metadata;
  const changed = !deepEqual(before.spec, old.spec);
  const generation = (old.metadata.generation ?? 0) + (changed ? 1 : 0);
  pod.spec = before.spec;
  pod.status = before.status;
  pod.metadata = { ...before.metadata, resourceVersion, managedFields, generation };
}

export const podStrategy: Strategy = {
  hasStatus: true,
  countsGeneration: true,
  allowsUnconditionalUpdate: true,
  returnsDeleted: true,
  subresources: { ephemeralcontainers: ephemeralContainers, resize },
  prepareForCreate(object, now) {
    const pod = object as Pod;
    pod.status = { phase: 'Pending', qosClass: podQosClass(pod) };
    if ((pod.spec.schedulingGates?.length ?? 0) > 0) {
      pod.status.conditions = [
        {
          type: 'PodScheduled',
          status: 'False',
          reason: 'SchedulingGated',
          message: 'Scheduling is blocked due to non-empty scheduling gates',
          lastTransitionTime: `${now.toISOString().slice(0, 19)}Z`,
        },
      ];
    }
  },
  prepareForStatusUpdate(object, old) {
    const pod = object as Pod;
    const before = old as Pod;
    pod.metadata.ownerReferences = before.metadata.ownerReferences;
    // Fixed at creation, whatever a kubelet reports.
    if (pod.status) pod.status.qosClass = before.status?.qosClass ?? pod.status.qosClass;
  },
  graceSeconds(object, requestedSeconds) {
    const pod = object as Pod;
    const period = requestedSeconds ?? pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
    const unassigned = (pod.spec.nodeName ?? '') === '';
    const finished = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
    if (unassigned || finished) return 0;
    return period < 0 ? 1 : period;
  },
};

import { podQosClass, type Pod } from '@wherry/api';
import type { Strategy } from './strategy.ts';

const DEFAULT_GRACE_SECONDS = 30;

export const podStrategy: Strategy = {
  hasStatus: true,
  countsGeneration: true,
  allowsUnconditionalUpdate: true,
  returnsDeleted: true,
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

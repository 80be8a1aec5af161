import { getCondition, pods, type Pod } from '@wherry/api';
import { formatTime, type RestClient } from '@wherry/client';

/** Writes what was decided: the binding, or why there is none. */
export interface WriteBack {
  bind(pod: Pod, nodeName: string, signal: AbortSignal): Promise<void>;
  /** The condition PodScheduled=False; nothing when the pod says so already. */
  markUnscheduled(
    pod: Pod,
    reason: 'Unschedulable' | 'SchedulerError',
    message: string,
    signal: AbortSignal,
  ): Promise<void>;
}

export function writeBack(client: RestClient): WriteBack {
  const resource = client.resource(pods);
  return {
    async bind(pod, nodeName, signal) {
      const { name, namespace, uid } = pod.metadata;
      const binding = {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name, namespace, uid },
        target: { kind: 'Node', name: nodeName },
      };
      await resource.createSubresource(name, 'binding', binding, { namespace, signal });
    },
    async markUnscheduled(pod, reason, message, signal) {
      const known = getCondition(pod.status?.conditions, 'PodScheduled');
      if (known?.status === 'False' && known.reason === reason && known.message === message) return;
      const { name, namespace, uid } = pod.metadata;
      const lastTransitionTime = known?.status === 'False' ? known.lastTransitionTime : formatTime(Date.now());
      const condition = { type: 'PodScheduled', status: 'False', reason, message, lastTransitionTime };
      // The uid keeps this from a pod that came later under the same name.
      const patch = { metadata: { uid }, status: { conditions: [condition] } };
      await resource.patch(name, patch, { type: 'strategic', subresource: 'status', namespace, signal });
    },
  };
}

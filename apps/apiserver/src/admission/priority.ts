import type { Pod } from '@wherry/api';
import { forbidden } from '@wherry/apimachinery';
import type { AdmissionPlugin } from './chain.ts';

/** The two classes that every cluster has; others come with the PriorityClass kind. */
const systemClasses: Readonly<Record<string, number>> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
};

/** Puts the number to a pod's priority class. */
export const priority: AdmissionPlugin = {
  name: 'Priority',
  mutate(request) {
    const { served, operation, subresource } = request;
    if (operation !== 'CREATE' || subresource !== '' || served.resource.kind !== 'Pod') return;
    const pod = request.object as Pod;
    const { spec } = pod;
    const className = spec.priorityClassName ?? '';
    const value = className === '' ? 0 : Object.hasOwn(systemClasses, className) ? systemClasses[className] : undefined;
    const pods = { group: '', resource: 'pods' };
    if (value === undefined)
      throw forbidden(pods, pod.metadata.name, `no PriorityClass with name ${className} was found`);
    if (spec.priority !== undefined && spec.priority !== value) {
      const why = `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`;
      throw forbidden(pods, pod.metadata.name, why);
    }
    spec.priority = value;
    spec.preemptionPolicy ??= 'PreemptLowerPriority';
  },
};

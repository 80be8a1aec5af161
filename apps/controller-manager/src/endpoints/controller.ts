import { labelsMatchMap } from '@wherry/apimachinery';
import { endpoints, pods, services } from '@wherry/api';
import { keyOf, splitKey } from '@wherry/client';
import { input, type Controller } from '../runner/controller.ts';
import { reconcileEndpoints, type EndpointsView } from './reconcile.ts';
import { servicesOfPods } from './wakes.ts';

export function endpointsController(workers: number): Controller<EndpointsView> {
  return {
    name: 'endpoints-controller',
    component: 'endpoint-controller',
    workers,
    inputs: [
      input(services, (service) => [keyOf(service)]),
      servicesOfPods,
      input(endpoints, (object) => [keyOf(object)]),
    ],
    outputs: { endpoints: ['create', 'update', 'delete'] },
    view(key, { cache }) {
      const service = cache.get(services, key);
      const current = cache.get(endpoints, key);
      if (service === undefined && current === undefined) return undefined;
      const selected = cache
        .byIndex(pods, 'namespace', splitKey(key).namespace)
        .filter((pod) => labelsMatchMap(service?.spec.selector, pod.metadata.labels));
      return { service, pods: selected, current };
    },
    reconcile: reconcileEndpoints,
  };
}

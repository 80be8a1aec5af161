import { labelsMatchMap } from '@wherry/apimachinery';
import { endpointSlices, nodes, pods, services, type Node, type Pod } from '@wherry/api';
import { keyOf } from '@wherry/client';
import { servicesOfPods } from '../endpoints/wakes.ts';
import { input, type Cache, type Controller } from '../runner/controller.ts';
import { sliceService } from '../runner/indexes.ts';
import { managedBy, managedByLabel, reconcileEndpointSlices, type EndpointSliceView } from './reconcile.ts';

export function endpointSliceController(workers: number, maxEndpointsPerSlice: number): Controller<EndpointSliceView> {
  return {
    name: 'endpointslice-controller',
    component: 'endpoint-slice-controller',
    workers,
    inputs: [
      input(services, (service) => [keyOf(service)]),
      servicesOfPods,
      input(endpointSlices, (slice) =>
        slice.metadata.labels?.[managedByLabel] === managedBy ? sliceService(slice) : [],
      ),
      input(nodes, () => []),
    ],
    outputs: { 'endpointslices.discovery.k8s.io': ['create', 'update', 'delete'] },
    view(key, { cache }) {
      const service = cache.get(services, key);
      if (service === undefined) return undefined;
      const selected = cache
        .byIndex(pods, 'namespace', service.metadata.namespace ?? '')
        .filter((pod) => labelsMatchMap(service.spec.selector, pod.metadata.labels));
      const slices = cache
        .byIndex(endpointSlices, 'service', key)
        .filter((slice) => slice.metadata.labels?.[managedByLabel] === managedBy);
      return { service, pods: selected, nodes: nodesOf(selected, cache), slices, maxEndpointsPerSlice };
    },
    reconcile: reconcileEndpointSlices,
  };
}

function nodesOf(selected: readonly Pod[], cache: Cache): Map<string, Node> {
  const found = new Map<string, Node>();
  for (const { spec } of selected) {
    const node = spec.nodeName === undefined ? undefined : cache.get(nodes, spec.nodeName);
    if (node !== undefined) found.set(node.metadata.name, node);
  }
  return found;
}

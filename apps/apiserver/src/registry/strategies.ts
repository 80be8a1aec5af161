import type { Namespace, Node, Service } from '@wherry/api';
import { definitionStrategy } from '../custom-resources/definition-strategy.ts';
import { clusterStrategies } from './cluster-strategies.ts';
import { podStrategy } from './pod-strategy.ts';
import { dropTypeFields, keepAllocated, normalizeService } from './service-allocation.ts';
import type { Allocator, Strategy } from './strategy.ts';
import { volumeStrategies } from './volume-strategies.ts';
import { workloadStrategies } from './workload-strategies.ts';

const namespaceStrategy: Strategy = {
  hasStatus: true,
  allowsUnconditionalUpdate: true,
  prepareForCreate(object) {
    const namespace = object as Namespace;
    namespace.status = { phase: 'Active' };
    const finalizers = namespace.spec?.finalizers ?? [];
    namespace.spec = { finalizers: finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'] };
    namespace.metadata.labels = {
      ...namespace.metadata.labels,
      'kubernetes.io/metadata.name': namespace.metadata.name,
    };
  },
  prepareForUpdate(object, old) {
    const namespace = object as Namespace;
    namespace.spec = { ...namespace.spec, finalizers: (old as Namespace).spec.finalizers };
    namespace.metadata.labels = {
      ...namespace.metadata.labels,
      'kubernetes.io/metadata.name': namespace.metadata.name,
    };
  },
  isHeld: (object) => ((object as Namespace).spec?.finalizers?.length ?? 0) > 0,
  prepareForDeletion(object) {
    const namespace = object as Namespace;
    namespace.status = { ...namespace.status, phase: 'Terminating' };
  },
};

const nodeStrategy: Strategy = {
  hasStatus: true,
  allowsUnconditionalUpdate: true,
  // Unlike elsewhere a node may bring its first status along: kubelets register so.
  prepareForCreate(object) {
    const node = object as Node;
    node.spec ??= {};
  },
};

function serviceStrategy(allocator: Allocator): Strategy {
  return {
    hasStatus: true,
    allowsUnconditionalUpdate: true,
    createsOnUpdate: true,
    returnsDeleted: true,
    allocator,
    prepareForCreate(object) {
      const service = object as Service;
      service.status = { loadBalancer: {} };
      normalizeService(service);
    },
    prepareForUpdate(object, old) {
      const service = object as Service;
      normalizeService(service);
      keepAllocated(service, old as Service);
      dropTypeFields(service, old as Service);
    },
  };
}

const plain: Strategy = { allowsUnconditionalUpdate: true };
const created: Strategy = { allowsUnconditionalUpdate: true, createsOnUpdate: true };

/** One entry per `group/resource`; what is not named is plain. */
export function createStrategies(allocators: { services: Allocator }): ReadonlyMap<string, Strategy> {
  return new Map<string, Strategy>([
    ['apiextensions.k8s.io/customresourcedefinitions', definitionStrategy],
    ['/namespaces', namespaceStrategy],
    ['/nodes', nodeStrategy],
    ['/pods', podStrategy],
    ['/services', serviceStrategy(allocators.services)],
    ['/endpoints', created],
    ['/events', created],
    ['events.k8s.io/events', created],
    ['/configmaps', plain],
    ['/secrets', plain],
    ['/serviceaccounts', { ...plain, returnsDeleted: true }],
    ['/limitranges', created],
    ['/resourcequotas', { ...plain, hasStatus: true, returnsDeleted: true }],
    ...workloadStrategies,
    ...volumeStrategies,
    ...clusterStrategies,
    ['coordination.k8s.io/leases', { createsOnUpdate: true }],
    [
      'discovery.k8s.io/endpointslices',
      {
        allowsUnconditionalUpdate: true,
        countsGeneration: true,
        generationFields: ['endpoints', 'ports', 'addressType'],
      },
    ],
  ]);
}

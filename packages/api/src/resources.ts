import type { KubeObject } from '@wherry/apimachinery';
import { Deployment } from './apps/deployment.ts';
import { ReplicaSet } from './apps/replicaset.ts';
import { configMapColumns } from './columns/config-map.ts';
import { deploymentColumns } from './columns/deployment.ts';
import { endpointSliceColumns, endpointsColumns } from './columns/endpoints.ts';
import { eventColumns, eventsV1Columns } from './columns/event.ts';
import { leaseColumns } from './columns/lease.ts';
import { namespaceColumns } from './columns/namespace.ts';
import { nodeColumns } from './columns/node.ts';
import { podColumns } from './columns/pod.ts';
import { replicaSetColumns } from './columns/replicaset.ts';
import { secretColumns } from './columns/secret.ts';
import { serviceAccountColumns } from './columns/service-account.ts';
import { serviceColumns } from './columns/service.ts';
import { Lease } from './coordination/lease.ts';
import { ConfigMap } from './core/config-map.ts';
import { Endpoints } from './core/endpoints.ts';
import { Event } from './core/event.ts';
import { Namespace } from './core/namespace.ts';
import { Node } from './core/node.ts';
import { Pod } from './core/pod.ts';
import { Secret } from './core/secret.ts';
import { ServiceAccount } from './core/service-account.ts';
import { Service } from './core/service.ts';
import { EndpointSlice } from './discovery/endpoint-slice.ts';
import { EventsV1Event } from './events/event.ts';
import type { Resource } from './resource.ts';

const metadataFields = {
  'metadata.name': (object: KubeObject): string => object.metadata.name,
  'metadata.namespace': (object: KubeObject): string => object.metadata.namespace ?? '',
};
const nameField = { 'metadata.name': metadataFields['metadata.name'] };
const core = { group: '', version: 'v1', shortNames: [], categories: [], namespaced: true, subresources: [] } as const;

export const pods: Resource<Pod> = {
  ...core,
  kind: 'Pod',
  plural: 'pods',
  singular: 'pod',
  shortNames: ['po'],
  categories: ['all'],
  schema: Pod,
  subresources: ['status', 'binding', 'log', 'exec', 'attach', 'portforward', 'eviction', 'ephemeralcontainers'],
  columns: podColumns,
  selectableFields: {
    ...metadataFields,
    'spec.nodeName': (pod) => pod.spec.nodeName ?? '',
    'spec.restartPolicy': (pod) => pod.spec.restartPolicy ?? '',
    'spec.schedulerName': (pod) => pod.spec.schedulerName ?? '',
    'spec.serviceAccountName': (pod) => pod.spec.serviceAccountName ?? '',
    'spec.hostNetwork': (pod) => String(pod.spec.hostNetwork ?? false),
    'status.phase': (pod) => pod.status?.phase ?? '',
    'status.podIP': (pod) => pod.status?.podIP ?? '',
    'status.podIPs': (pod) => pod.status?.podIP ?? '',
    'status.nominatedNodeName': (pod) => pod.status?.nominatedNodeName ?? '',
  },
};

export const nodes: Resource<Node> = {
  ...core,
  kind: 'Node',
  plural: 'nodes',
  singular: 'node',
  shortNames: ['no'],
  namespaced: false,
  schema: Node,
  subresources: ['status', 'proxy'],
  columns: nodeColumns,
  selectableFields: {
    ...nameField,
    'spec.unschedulable': (node) => String(node.spec.unschedulable ?? false),
  },
};

export const namespaces: Resource<Namespace> = {
  ...core,
  kind: 'Namespace',
  plural: 'namespaces',
  singular: 'namespace',
  shortNames: ['ns'],
  namespaced: false,
  schema: Namespace,
  subresources: ['status', 'finalize'],
  columns: namespaceColumns,
  selectableFields: { ...nameField, 'status.phase': (namespace) => namespace.status?.phase ?? '' },
  noCollectionDelete: true,
};

export const services: Resource<Service> = {
  ...core,
  kind: 'Service',
  plural: 'services',
  singular: 'service',
  shortNames: ['svc'],
  categories: ['all'],
  schema: Service,
  subresources: ['status', 'proxy'],
  columns: serviceColumns,
  selectableFields: {
    ...metadataFields,
    'spec.clusterIP': (service) => service.spec.clusterIP ?? '',
    'spec.type': (service) => service.spec.type ?? '',
  },
};

export const endpoints: Resource<Endpoints> = {
  ...core,
  kind: 'Endpoints',
  plural: 'endpoints',
  singular: 'endpoints',
  shortNames: ['ep'],
  schema: Endpoints,
  columns: endpointsColumns,
  selectableFields: metadataFields,
};

export const endpointSlices: Resource<EndpointSlice> = {
  ...core,
  group: 'discovery.k8s.io',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  singular: 'endpointslice',
  schema: EndpointSlice,
  columns: endpointSliceColumns,
  selectableFields: metadataFields,
};

export const configMaps: Resource<ConfigMap> = {
  ...core,
  kind: 'ConfigMap',
  plural: 'configmaps',
  singular: 'configmap',
  shortNames: ['cm'],
  schema: ConfigMap,
  columns: configMapColumns,
  selectableFields: metadataFields,
};

export const secrets: Resource<Secret> = {
  ...core,
  kind: 'Secret',
  plural: 'secrets',
  singular: 'secret',
  schema: Secret,
  columns: secretColumns,
  selectableFields: { ...metadataFields, type: (secret) => secret.type ?? '' },
};

export const serviceAccounts: Resource<ServiceAccount> = {
  ...core,
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  singular: 'serviceaccount',
  shortNames: ['sa'],
  schema: ServiceAccount,
  columns: serviceAccountColumns,
  selectableFields: metadataFields,
};

export const events: Resource<Event> = {
  ...core,
  kind: 'Event',
  plural: 'events',
  singular: 'event',
  shortNames: ['ev'],
  schema: Event,
  columns: eventColumns,
  storage: 'events',
  selectableFields: {
    ...metadataFields,
    'involvedObject.kind': (event) => event.involvedObject.kind ?? '',
    'involvedObject.namespace': (event) => event.involvedObject.namespace ?? '',
    'involvedObject.name': (event) => event.involvedObject.name ?? '',
    'involvedObject.uid': (event) => event.involvedObject.uid ?? '',
    'involvedObject.apiVersion': (event) => event.involvedObject.apiVersion ?? '',
    'involvedObject.resourceVersion': (event) => event.involvedObject.resourceVersion ?? '',
    'involvedObject.fieldPath': (event) => event.involvedObject.fieldPath ?? '',
    reason: (event) => event.reason ?? '',
    reportingComponent: (event) => event.reportingComponent ?? '',
    source: (event) => event.source?.component ?? event.reportingComponent ?? '',
    type: (event) => event.type ?? '',
  },
};

export const eventsV1: Resource<EventsV1Event> = {
  ...core,
  group: 'events.k8s.io',
  kind: 'Event',
  plural: 'events',
  singular: 'event',
  shortNames: ['ev'],
  schema: EventsV1Event,
  columns: eventsV1Columns,
  storage: 'events',
  selectableFields: {
    ...metadataFields,
    'regarding.kind': (event) => event.regarding?.kind ?? '',
    'regarding.namespace': (event) => event.regarding?.namespace ?? '',
    'regarding.name': (event) => event.regarding?.name ?? '',
    'regarding.uid': (event) => event.regarding?.uid ?? '',
    'regarding.apiVersion': (event) => event.regarding?.apiVersion ?? '',
    'regarding.resourceVersion': (event) => event.regarding?.resourceVersion ?? '',
    'regarding.fieldPath': (event) => event.regarding?.fieldPath ?? '',
    reason: (event) => event.reason ?? '',
    reportingController: (event) => event.reportingController ?? '',
    type: (event) => event.type ?? '',
  },
};

export const leases: Resource<Lease> = {
  ...core,
  group: 'coordination.k8s.io',
  kind: 'Lease',
  plural: 'leases',
  singular: 'lease',
  schema: Lease,
  columns: leaseColumns,
  selectableFields: metadataFields,
};

export const replicaSets: Resource<ReplicaSet> = {
  ...core,
  group: 'apps',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  singular: 'replicaset',
  shortNames: ['rs'],
  categories: ['all'],
  schema: ReplicaSet,
  subresources: ['status', 'scale'],
  columns: replicaSetColumns,
  selectableFields: {
    ...metadataFields,
    'status.replicas': (set) => String(set.status?.replicas ?? 0),
  },
};

export const deployments: Resource<Deployment> = {
  ...core,
  group: 'apps',
  kind: 'Deployment',
  plural: 'deployments',
  singular: 'deployment',
  shortNames: ['deploy'],
  categories: ['all'],
  schema: Deployment,
  subresources: ['status', 'scale'],
  columns: deploymentColumns,
  selectableFields: metadataFields,
};

/** Everything that is served. The columns and selectors of a resource see objects of its own kind only. */
export const resources: readonly Resource[] = [
  pods,
  nodes,
  namespaces,
  services,
  endpoints,
  endpointSlices,
  configMaps,
  secrets,
  serviceAccounts,
  events,
  eventsV1,
  leases,
  replicaSets,
  deployments,
];

export function findResource(group: string, version: string, plural: string): Resource | undefined {
  return resources.find((r) => r.group === group && r.version === version && r.plural === plural);
}

export function findResourceByKind(group: string, version: string, kind: string): Resource | undefined {
  return resources.find((r) => r.group === group && r.version === version && r.kind === kind);
}

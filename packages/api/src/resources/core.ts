import { podTemplateColumns, replicationControllerColumns } from '../columns/controllers.ts';
import {
  componentStatusColumns,
  limitRangeColumns,
  persistentVolumeClaimColumns,
  persistentVolumeColumns,
  resourceQuotaColumns,
} from '../columns/space.ts';
import { ageColumn, nameColumn } from '../columns/age.ts';
import { configMapColumns } from '../columns/config-map.ts';
import { endpointsColumns } from '../columns/endpoints.ts';
import { eventColumns } from '../columns/event.ts';
import { namespaceColumns } from '../columns/namespace.ts';
import { nodeColumns } from '../columns/node.ts';
import { podColumns } from '../columns/pod.ts';
import { secretColumns } from '../columns/secret.ts';
import { serviceAccountColumns } from '../columns/service-account.ts';
import { serviceColumns } from '../columns/service.ts';
import { Binding } from '../core/binding.ts';
import { ComponentStatus } from '../core/component-status.ts';
import { ConfigMap } from '../core/config-map.ts';
import { Endpoints } from '../core/endpoints.ts';
import { Event } from '../core/event.ts';
import { LimitRange } from '../core/limit-range.ts';
import { Namespace } from '../core/namespace.ts';
import { Node } from '../core/node.ts';
import { PersistentVolumeClaim } from '../core/persistent-volume-claim.ts';
import { PersistentVolume } from '../core/persistent-volume.ts';
import { PodTemplate } from '../core/pod-template.ts';
import { Pod } from '../core/pod.ts';
import { ReplicationController } from '../core/replication-controller.ts';
import { ResourceQuota } from '../core/resource-quota.ts';
import { Secret } from '../core/secret.ts';
import { ServiceAccount } from '../core/service-account.ts';
import { Service } from '../core/service.ts';
import type { Resource } from '../resource.ts';
import { namespacedV1, metadataFields, nameField } from './fields.ts';

const common = { ...namespacedV1, group: '' } as const;

export const pods: Resource<Pod> = {
  ...common,
  kind: 'Pod',
  plural: 'pods',
  singular: 'pod',
  shortNames: ['po'],
  categories: ['all'],
  schema: Pod,
  subresources: [
    'status',
    'binding',
    'log',
    'exec',
    'attach',
    'portforward',
    'eviction',
    'ephemeralcontainers',
    'resize',
  ],
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
  ...common,
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
  ...common,
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
  ...common,
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
  ...common,
  kind: 'Endpoints',
  plural: 'endpoints',
  singular: 'endpoints',
  shortNames: ['ep'],
  schema: Endpoints,
  columns: endpointsColumns,
  selectableFields: metadataFields,
  deprecation: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
};

export const configMaps: Resource<ConfigMap> = {
  ...common,
  kind: 'ConfigMap',
  plural: 'configmaps',
  singular: 'configmap',
  shortNames: ['cm'],
  schema: ConfigMap,
  columns: configMapColumns,
  selectableFields: metadataFields,
};

export const secrets: Resource<Secret> = {
  ...common,
  kind: 'Secret',
  plural: 'secrets',
  singular: 'secret',
  schema: Secret,
  columns: secretColumns,
  selectableFields: { ...metadataFields, type: (secret) => secret.type ?? '' },
};

export const serviceAccounts: Resource<ServiceAccount> = {
  ...common,
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  singular: 'serviceaccount',
  shortNames: ['sa'],
  schema: ServiceAccount,
  subresources: ['token'],
  columns: serviceAccountColumns,
  selectableFields: metadataFields,
};

export const events: Resource<Event> = {
  ...common,
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

export const podTemplates: Resource<PodTemplate> = {
  ...common,
  kind: 'PodTemplate',
  plural: 'podtemplates',
  singular: 'podtemplate',
  schema: PodTemplate,
  columns: podTemplateColumns,
  selectableFields: metadataFields,
};

export const replicationControllers: Resource<ReplicationController> = {
  ...common,
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  singular: 'replicationcontroller',
  shortNames: ['rc'],
  categories: ['all'],
  schema: ReplicationController,
  subresources: ['status', 'scale'],
  columns: replicationControllerColumns,
  selectableFields: {
    ...metadataFields,
    'status.replicas': (controller) => String(controller.status?.replicas ?? 0),
  },
};

export const limitRanges: Resource<LimitRange> = {
  ...common,
  kind: 'LimitRange',
  plural: 'limitranges',
  singular: 'limitrange',
  shortNames: ['limits'],
  schema: LimitRange,
  columns: limitRangeColumns,
  selectableFields: metadataFields,
};

export const resourceQuotas: Resource<ResourceQuota> = {
  ...common,
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  singular: 'resourcequota',
  shortNames: ['quota'],
  schema: ResourceQuota,
  subresources: ['status'],
  columns: resourceQuotaColumns,
  selectableFields: metadataFields,
};

export const persistentVolumes: Resource<PersistentVolume> = {
  ...common,
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  singular: 'persistentvolume',
  shortNames: ['pv'],
  namespaced: false,
  schema: PersistentVolume,
  subresources: ['status'],
  columns: persistentVolumeColumns,
  selectableFields: nameField,
};

export const persistentVolumeClaims: Resource<PersistentVolumeClaim> = {
  ...common,
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  singular: 'persistentvolumeclaim',
  shortNames: ['pvc'],
  schema: PersistentVolumeClaim,
  subresources: ['status'],
  columns: persistentVolumeClaimColumns,
  selectableFields: metadataFields,
};

export const componentStatuses: Resource<ComponentStatus> = {
  ...common,
  kind: 'ComponentStatus',
  plural: 'componentstatuses',
  singular: 'componentstatus',
  shortNames: ['cs'],
  namespaced: false,
  schema: ComponentStatus,
  verbs: ['get', 'list'],
  stored: false,
  columns: componentStatusColumns,
  selectableFields: nameField,
};

export const bindings: Resource<Binding> = {
  ...common,
  kind: 'Binding',
  plural: 'bindings',
  singular: 'binding',
  schema: Binding,
  verbs: ['create'],
  stored: false,
  columns: [nameColumn, ageColumn],
  selectableFields: metadataFields,
};

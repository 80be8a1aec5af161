import {
  boolean,
  int32,
  int64,
  list,
  map,
  object,
  optional,
  quantity,
  required,
  string,
  time,
  type Static,
} from '@wherry/apimachinery';
import { ResourceRequirements } from './container.ts';

export const PodCondition = object('io.k8s.api.core.v1.PodCondition', {
  lastProbeTime: optional(time),
  lastTransitionTime: optional(time),
  message: optional(string),
  observedGeneration: optional(int64),
  reason: optional(string),
  status: required(string),
  type: required(string),
});
export type PodCondition = Static<typeof PodCondition>;

export const ResourceHealth = object('io.k8s.api.core.v1.ResourceHealth', {
  health: optional(string),
  message: optional(string),
  resourceID: required(string),
});
export type ResourceHealth = Static<typeof ResourceHealth>;

export const ResourceStatus = object('io.k8s.api.core.v1.ResourceStatus', {
  name: required(string),
  resources: optional(list(ResourceHealth, { listType: 'map', mapKeys: ['resourceID'] })),
});
export type ResourceStatus = Static<typeof ResourceStatus>;

export const ContainerStateRunning = object('io.k8s.api.core.v1.ContainerStateRunning', {
  startedAt: optional(time),
});
export type ContainerStateRunning = Static<typeof ContainerStateRunning>;

export const ContainerStateTerminated = object('io.k8s.api.core.v1.ContainerStateTerminated', {
  containerID: optional(string),
  exitCode: required(int32),
  finishedAt: optional(time),
  message: optional(string),
  reason: optional(string),
  signal: optional(int32),
  startedAt: optional(time),
});
export type ContainerStateTerminated = Static<typeof ContainerStateTerminated>;

export const ContainerStateWaiting = object('io.k8s.api.core.v1.ContainerStateWaiting', {
  message: optional(string),
  reason: optional(string),
});
export type ContainerStateWaiting = Static<typeof ContainerStateWaiting>;

export const ContainerState = object('io.k8s.api.core.v1.ContainerState', {
  running: optional(ContainerStateRunning),
  terminated: optional(ContainerStateTerminated),
  waiting: optional(ContainerStateWaiting),
});
export type ContainerState = Static<typeof ContainerState>;

export const LinuxContainerUser = object('io.k8s.api.core.v1.LinuxContainerUser', {
  gid: required(int64),
  supplementalGroups: optional(list(int64, { listType: 'atomic' })),
  uid: required(int64),
});
export type LinuxContainerUser = Static<typeof LinuxContainerUser>;

export const ContainerUser = object('io.k8s.api.core.v1.ContainerUser', {
  linux: optional(LinuxContainerUser),
});
export type ContainerUser = Static<typeof ContainerUser>;

export const ImageVolumeStatus = object('io.k8s.api.core.v1.ImageVolumeStatus', {
  imageRef: required(string),
});
export type ImageVolumeStatus = Static<typeof ImageVolumeStatus>;

export const VolumeStatus = object('io.k8s.api.core.v1.VolumeStatus', {
  image: optional(ImageVolumeStatus),
});
export type VolumeStatus = Static<typeof VolumeStatus>;

export const VolumeMountStatus = object('io.k8s.api.core.v1.VolumeMountStatus', {
  mountPath: required(string),
  name: required(string),
  readOnly: optional(boolean),
  recursiveReadOnly: optional(string),
  volumeStatus: optional(VolumeStatus),
});
export type VolumeMountStatus = Static<typeof VolumeMountStatus>;

export const ContainerStatus = object('io.k8s.api.core.v1.ContainerStatus', {
  allocatedResources: optional(map(quantity)),
  allocatedResourcesStatus: optional(
    list(ResourceStatus, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge', patchMergeKey: 'name' }),
  ),
  containerID: optional(string),
  image: required(string),
  imageID: required(string),
  lastState: optional(ContainerState),
  name: required(string),
  ready: required(boolean),
  resources: optional(ResourceRequirements),
  restartCount: required(int32),
  started: optional(boolean),
  state: optional(ContainerState),
  stopSignal: optional(string),
  user: optional(ContainerUser),
  volumeMounts: optional(
    list(VolumeMountStatus, {
      listType: 'map',
      mapKeys: ['mountPath'],
      patchStrategy: 'merge',
      patchMergeKey: 'mountPath',
    }),
  ),
});
export type ContainerStatus = Static<typeof ContainerStatus>;

export const ContainerExtendedResourceRequest = object('io.k8s.api.core.v1.ContainerExtendedResourceRequest', {
  containerName: required(string),
  requestName: required(string),
  resourceName: required(string),
});
export type ContainerExtendedResourceRequest = Static<typeof ContainerExtendedResourceRequest>;

export const PodExtendedResourceClaimStatus = object('io.k8s.api.core.v1.PodExtendedResourceClaimStatus', {
  requestMappings: required(list(ContainerExtendedResourceRequest, { listType: 'atomic' })),
  resourceClaimName: required(string),
});
export type PodExtendedResourceClaimStatus = Static<typeof PodExtendedResourceClaimStatus>;

export const HostIP = object('io.k8s.api.core.v1.HostIP', {
  ip: required(string),
});
export type HostIP = Static<typeof HostIP>;

export const NodeAllocatableResourceClaimStatus = object('io.k8s.api.core.v1.NodeAllocatableResourceClaimStatus', {
  containers: optional(list(string, { listType: 'set' })),
  resourceClaimName: required(string),
  resources: required(map(quantity)),
});
export type NodeAllocatableResourceClaimStatus = Static<typeof NodeAllocatableResourceClaimStatus>;

export const PodIP = object('io.k8s.api.core.v1.PodIP', {
  ip: required(string),
});
export type PodIP = Static<typeof PodIP>;

export const PodResourceClaimStatus = object('io.k8s.api.core.v1.PodResourceClaimStatus', {
  name: required(string),
  resourceClaimName: optional(string),
});
export type PodResourceClaimStatus = Static<typeof PodResourceClaimStatus>;

export const PodStatus = object('io.k8s.api.core.v1.PodStatus', {
  allocatedResources: optional(map(quantity)),
  conditions: optional(
    list(PodCondition, { listType: 'map', mapKeys: ['type'], patchStrategy: 'merge', patchMergeKey: 'type' }),
  ),
  containerStatuses: optional(list(ContainerStatus, { listType: 'atomic' })),
  ephemeralContainerStatuses: optional(list(ContainerStatus, { listType: 'atomic' })),
  extendedResourceClaimStatus: optional(PodExtendedResourceClaimStatus),
  hostIP: optional(string),
  hostIPs: optional(list(HostIP, { listType: 'atomic', patchStrategy: 'merge', patchMergeKey: 'ip' })),
  initContainerStatuses: optional(list(ContainerStatus, { listType: 'atomic' })),
  message: optional(string),
  nodeAllocatableResourceClaimStatuses: optional(list(NodeAllocatableResourceClaimStatus, { listType: 'atomic' })),
  nominatedNodeName: optional(string),
  observedGeneration: optional(int64),
  phase: optional(string),
  podIP: optional(string),
  podIPs: optional(list(PodIP, { listType: 'map', mapKeys: ['ip'], patchStrategy: 'merge', patchMergeKey: 'ip' })),
  qosClass: optional(string),
  reason: optional(string),
  resize: optional(string),
  resourceClaimStatuses: optional(
    list(PodResourceClaimStatus, {
      listType: 'map',
      mapKeys: ['name'],
      patchStrategy: 'merge,retainKeys',
      patchMergeKey: 'name',
    }),
  ),
  resources: optional(ResourceRequirements),
  startTime: optional(time),
});
export type PodStatus = Static<typeof PodStatus>;

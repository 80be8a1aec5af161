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
  lastProbeTime: optional(time, 'When it was last looked at.'),
  lastTransitionTime: optional(time, 'When its status last changed.'),
  message: optional(string, 'Why, for people.'),
  observedGeneration: optional(int64),
  reason: optional(string, 'Why, in one word for machines.'),
  status: required(string, 'True, False or Unknown.'),
  type: required(string, 'PodScheduled, Initialized, ContainersReady, Ready, or another.'),
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
  startedAt: optional(time, 'When it was started.'),
});
export type ContainerStateRunning = Static<typeof ContainerStateRunning>;

export const ContainerStateTerminated = object('io.k8s.api.core.v1.ContainerStateTerminated', {
  containerID: optional(string, 'The ended container.'),
  exitCode: required(int32, 'What its process exited with.'),
  finishedAt: optional(time, 'When it ended.'),
  message: optional(string, 'What it left as its message.'),
  reason: optional(string, 'Completed, Error, OOMKilled, and the like.'),
  signal: optional(int32, 'The signal that ended it.'),
  startedAt: optional(time, 'When it was started.'),
});
export type ContainerStateTerminated = Static<typeof ContainerStateTerminated>;

export const ContainerStateWaiting = object('io.k8s.api.core.v1.ContainerStateWaiting', {
  message: optional(string, 'Why it waits, for people.'),
  reason: optional(string, 'Why it waits: ContainerCreating, CrashLoopBackOff, ErrImagePull, and the like.'),
});
export type ContainerStateWaiting = Static<typeof ContainerStateWaiting>;

export const ContainerState = object('io.k8s.api.core.v1.ContainerState', {
  running: optional(ContainerStateRunning, 'Facts when it runs.'),
  terminated: optional(ContainerStateTerminated, 'Facts when it has ended.'),
  waiting: optional(ContainerStateWaiting, 'Facts when it waits to run.'),
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

export const ContainerStatus = object(
  'io.k8s.api.core.v1.ContainerStatus',
  {
    allocatedResources: optional(map(quantity)),
    allocatedResourcesStatus: optional(
      list(ResourceStatus, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge', patchMergeKey: 'name' }),
    ),
    containerID: optional(string, 'The runtime and its id of the container.'),
    image: required(string, 'The image that runs.'),
    imageID: required(string, 'The id of the image that runs.'),
    lastState: optional(ContainerState, 'How it ended the last time.'),
    name: required(string, 'The name of the container.'),
    ready: required(boolean, 'Whether it passes its readiness probe.'),
    resources: optional(ResourceRequirements),
    restartCount: required(int32, 'How often it was started again.'),
    started: optional(boolean, 'Whether it runs and has passed its startup probe.'),
    state: optional(ContainerState, 'What it does now.'),
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
  },
  { doc: 'What was observed of one container.' },
);
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

export const PodStatus = object(
  'io.k8s.api.core.v1.PodStatus',
  {
    allocatedResources: optional(map(quantity)),
    conditions: optional(
      list(PodCondition, { listType: 'map', mapKeys: ['type'], patchStrategy: 'merge', patchMergeKey: 'type' }),
      'Scheduled, initialized, containers ready, ready: what holds now.',
    ),
    containerStatuses: optional(list(ContainerStatus, { listType: 'atomic' }), 'The state of each container.'),
    ephemeralContainerStatuses: optional(
      list(ContainerStatus, { listType: 'atomic' }),
      'The state of each ephemeral container.',
    ),
    extendedResourceClaimStatus: optional(PodExtendedResourceClaimStatus),
    hostIP: optional(string, 'The address of its node.'),
    hostIPs: optional(
      list(HostIP, { listType: 'atomic', patchStrategy: 'merge', patchMergeKey: 'ip' }),
      'The addresses of its node.',
    ),
    initContainerStatuses: optional(list(ContainerStatus, { listType: 'atomic' }), 'The state of each init container.'),
    message: optional(string, 'Why it is in this state, for people.'),
    nodeAllocatableResourceClaimStatuses: optional(list(NodeAllocatableResourceClaimStatus, { listType: 'atomic' })),
    nominatedNodeName: optional(string, 'Where it will run, once others have made room.'),
    observedGeneration: optional(int64, 'The generation of the spec that this status is about.'),
    phase: optional(string, 'Pending, Running, Succeeded, Failed or Unknown.'),
    podIP: optional(string, 'Its address.'),
    podIPs: optional(
      list(PodIP, { listType: 'map', mapKeys: ['ip'], patchStrategy: 'merge', patchMergeKey: 'ip' }),
      'Its addresses, one a family.',
    ),
    qosClass: optional(string, 'Guaranteed, Burstable or BestEffort.'),
    reason: optional(string, 'Why it is in this state, in one word for machines.'),
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
    startTime: optional(time, 'When the kubelet took it up.'),
  },
  { doc: 'What was observed of a pod.' },
);
export type PodStatus = Static<typeof PodStatus>;

import {
  ObjectMeta,
  boolean,
  int32,
  int64,
  list,
  map,
  object,
  optional,
  quantity,
  required,
  stored,
  string,
  time,
  type Static,
} from '@wherry/apimachinery';
import { Taint } from './placement.ts';

export const ConfigMapNodeConfigSource = object('io.k8s.api.core.v1.ConfigMapNodeConfigSource', {
  kubeletConfigKey: required(string),
  name: required(string),
  namespace: required(string),
  resourceVersion: optional(string),
  uid: optional(string),
});
export type ConfigMapNodeConfigSource = Static<typeof ConfigMapNodeConfigSource>;

export const NodeConfigSource = object('io.k8s.api.core.v1.NodeConfigSource', {
  configMap: optional(ConfigMapNodeConfigSource),
});
export type NodeConfigSource = Static<typeof NodeConfigSource>;

export const NodeSpec = object('io.k8s.api.core.v1.NodeSpec', {
  configSource: optional(NodeConfigSource),
  externalID: optional(string),
  podCIDR: optional(string, "The range of its pods' addresses."),
  podCIDRs: optional(
    list(string, { listType: 'set', patchStrategy: 'merge' }),
    "The ranges of its pods' addresses, one a family.",
  ),
  providerID: optional(string, 'Its name at the provider.'),
  taints: optional(list(Taint, { listType: 'atomic' }), 'What keeps pods away.'),
  unschedulable: optional(boolean, 'Whether new pods are kept away.'),
});
export type NodeSpec = Static<typeof NodeSpec>;

export const NodeAddress = object('io.k8s.api.core.v1.NodeAddress', {
  address: required(string, 'The address.'),
  type: required(string, 'InternalIP, ExternalIP, Hostname and the like.'),
});
export type NodeAddress = Static<typeof NodeAddress>;

export const NodeCondition = object('io.k8s.api.core.v1.NodeCondition', {
  lastHeartbeatTime: optional(time, 'When it was last reported.'),
  lastTransitionTime: optional(time, 'When its status last changed.'),
  message: optional(string, 'Why, for people.'),
  reason: optional(string, 'Why, in one word for machines.'),
  status: required(string, 'True, False or Unknown.'),
  type: required(string, 'Which condition.'),
});
export type NodeCondition = Static<typeof NodeCondition>;

export const NodeConfigStatus = object('io.k8s.api.core.v1.NodeConfigStatus', {
  active: optional(NodeConfigSource),
  assigned: optional(NodeConfigSource),
  error: optional(string),
  lastKnownGood: optional(NodeConfigSource),
});
export type NodeConfigStatus = Static<typeof NodeConfigStatus>;

export const DaemonEndpoint = object('io.k8s.api.core.v1.DaemonEndpoint', {
  Port: required(int32),
});
export type DaemonEndpoint = Static<typeof DaemonEndpoint>;

export const NodeDaemonEndpoints = object('io.k8s.api.core.v1.NodeDaemonEndpoints', {
  kubeletEndpoint: optional(DaemonEndpoint),
});
export type NodeDaemonEndpoints = Static<typeof NodeDaemonEndpoints>;

export const NodeFeatures = object('io.k8s.api.core.v1.NodeFeatures', {
  supplementalGroupsPolicy: optional(boolean),
});
export type NodeFeatures = Static<typeof NodeFeatures>;

export const ContainerImage = object('io.k8s.api.core.v1.ContainerImage', {
  names: optional(list(string, { listType: 'atomic' })),
  sizeBytes: optional(int64),
});
export type ContainerImage = Static<typeof ContainerImage>;

export const NodeSwapStatus = object('io.k8s.api.core.v1.NodeSwapStatus', {
  capacity: optional(int64),
});
export type NodeSwapStatus = Static<typeof NodeSwapStatus>;

export const NodeSystemInfo = object('io.k8s.api.core.v1.NodeSystemInfo', {
  architecture: required(string),
  bootID: required(string),
  containerRuntimeVersion: required(string),
  kernelVersion: required(string),
  kubeProxyVersion: required(string),
  kubeletVersion: required(string),
  machineID: required(string),
  operatingSystem: required(string),
  osImage: required(string),
  swap: optional(NodeSwapStatus),
  systemUUID: required(string),
});
export type NodeSystemInfo = Static<typeof NodeSystemInfo>;

export const NodeRuntimeHandlerFeatures = object('io.k8s.api.core.v1.NodeRuntimeHandlerFeatures', {
  recursiveReadOnlyMounts: optional(boolean),
  userNamespaces: optional(boolean),
});
export type NodeRuntimeHandlerFeatures = Static<typeof NodeRuntimeHandlerFeatures>;

export const NodeRuntimeHandler = object('io.k8s.api.core.v1.NodeRuntimeHandler', {
  features: optional(NodeRuntimeHandlerFeatures),
  name: optional(string),
});
export type NodeRuntimeHandler = Static<typeof NodeRuntimeHandler>;

export const AttachedVolume = object('io.k8s.api.core.v1.AttachedVolume', {
  devicePath: required(string),
  name: required(string),
});
export type AttachedVolume = Static<typeof AttachedVolume>;

export const NodeStatus = object('io.k8s.api.core.v1.NodeStatus', {
  addresses: optional(
    list(NodeAddress, { listType: 'map', mapKeys: ['type'], patchStrategy: 'merge', patchMergeKey: 'type' }),
    'Its addresses and names.',
  ),
  allocatable: optional(map(quantity), 'What pods may use in all.'),
  capacity: optional(map(quantity), 'What it has in all.'),
  conditions: optional(
    list(NodeCondition, { listType: 'map', mapKeys: ['type'], patchStrategy: 'merge', patchMergeKey: 'type' }),
    'Ready, MemoryPressure, DiskPressure, PIDPressure: what holds now.',
  ),
  config: optional(NodeConfigStatus),
  daemonEndpoints: optional(NodeDaemonEndpoints, 'Where its kubelet listens.'),
  declaredFeatures: optional(list(string, { listType: 'atomic' })),
  features: optional(NodeFeatures),
  images: optional(list(ContainerImage, { listType: 'atomic' }), 'The images it has.'),
  nodeInfo: optional(NodeSystemInfo, 'Its kernel, its runtime, its versions.'),
  phase: optional(string),
  runtimeHandlers: optional(list(NodeRuntimeHandler, { listType: 'atomic' })),
  volumesAttached: optional(list(AttachedVolume, { listType: 'atomic' }), 'Volumes attached to it.'),
  volumesInUse: optional(list(string, { listType: 'atomic' }), 'Volumes mounted on it.'),
});
export type NodeStatus = Static<typeof NodeStatus>;

export const Node = object(
  'io.k8s.api.core.v1.Node',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: stored(NodeSpec, 'What is wanted of it.'),
    status: optional(NodeStatus, 'What was last observed; written by its kubelet.'),
  },
  { doc: 'A machine that runs pods.' },
);
export type Node = Static<typeof Node>;

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
  podCIDR: optional(string),
  podCIDRs: optional(list(string, { listType: 'set', patchStrategy: 'merge' })),
  providerID: optional(string),
  taints: optional(list(Taint, { listType: 'atomic' })),
  unschedulable: optional(boolean),
});
export type NodeSpec = Static<typeof NodeSpec>;

export const NodeAddress = object('io.k8s.api.core.v1.NodeAddress', {
  address: required(string),
  type: required(string),
});
export type NodeAddress = Static<typeof NodeAddress>;

export const NodeCondition = object('io.k8s.api.core.v1.NodeCondition', {
  lastHeartbeatTime: optional(time),
  lastTransitionTime: optional(time),
  message: optional(string),
  reason: optional(string),
  status: required(string),
  type: required(string),
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
  ),
  allocatable: optional(map(quantity)),
  capacity: optional(map(quantity)),
  conditions: optional(
    list(NodeCondition, { listType: 'map', mapKeys: ['type'], patchStrategy: 'merge', patchMergeKey: 'type' }),
  ),
  config: optional(NodeConfigStatus),
  daemonEndpoints: optional(NodeDaemonEndpoints),
  declaredFeatures: optional(list(string, { listType: 'atomic' })),
  features: optional(NodeFeatures),
  images: optional(list(ContainerImage, { listType: 'atomic' })),
  nodeInfo: optional(NodeSystemInfo),
  phase: optional(string),
  runtimeHandlers: optional(list(NodeRuntimeHandler, { listType: 'atomic' })),
  volumesAttached: optional(list(AttachedVolume, { listType: 'atomic' })),
  volumesInUse: optional(list(string, { listType: 'atomic' })),
});
export type NodeStatus = Static<typeof NodeStatus>;

export const Node = object('io.k8s.api.core.v1.Node', {
  apiVersion: optional(string),
  kind: optional(string),
  metadata: stored(ObjectMeta),
  spec: stored(NodeSpec),
  status: optional(NodeStatus),
});
export type Node = Static<typeof Node>;

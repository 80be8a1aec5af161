import {
  ObjectMeta,
  boolean,
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
import { NodeSelector } from '../core/placement.ts';

export const DeviceAttribute = object('io.k8s.api.resource.v1.DeviceAttribute', {
  bool: optional(boolean),
  bools: optional(list(boolean, { listType: 'atomic' })),
  int: optional(int64),
  ints: optional(list(int64, { listType: 'atomic' })),
  string: optional(string),
  strings: optional(list(string, { listType: 'atomic' })),
  version: optional(string),
  versions: optional(list(string, { listType: 'atomic' })),
});
export type DeviceAttribute = Static<typeof DeviceAttribute>;

export const CapacityRequestPolicyRange = object('io.k8s.api.resource.v1.CapacityRequestPolicyRange', {
  max: optional(quantity),
  min: required(quantity),
  step: optional(quantity),
});
export type CapacityRequestPolicyRange = Static<typeof CapacityRequestPolicyRange>;

export const CapacityRequestPolicy = object('io.k8s.api.resource.v1.CapacityRequestPolicy', {
  default: optional(quantity),
  validRange: optional(CapacityRequestPolicyRange),
  validValues: optional(list(quantity, { listType: 'atomic' })),
});
export type CapacityRequestPolicy = Static<typeof CapacityRequestPolicy>;

export const DeviceCapacity = object('io.k8s.api.resource.v1.DeviceCapacity', {
  requestPolicy: optional(CapacityRequestPolicy),
  value: required(quantity),
});
export type DeviceCapacity = Static<typeof DeviceCapacity>;

export const Counter = object('io.k8s.api.resource.v1.Counter', {
  value: required(quantity),
});
export type Counter = Static<typeof Counter>;

export const DeviceCounterConsumption = object('io.k8s.api.resource.v1.DeviceCounterConsumption', {
  counterSet: required(string),
  counters: required(map(Counter)),
});
export type DeviceCounterConsumption = Static<typeof DeviceCounterConsumption>;

export const NodeAllocatableResourceMapping = object('io.k8s.api.resource.v1.NodeAllocatableResourceMapping', {
  allocationMultiplier: optional(quantity),
  capacityKey: optional(string),
});
export type NodeAllocatableResourceMapping = Static<typeof NodeAllocatableResourceMapping>;

export const DeviceTaint = object('io.k8s.api.resource.v1.DeviceTaint', {
  effect: required(string),
  key: required(string),
  timeAdded: optional(time),
  value: optional(string),
});
export type DeviceTaint = Static<typeof DeviceTaint>;

export const Device = object('io.k8s.api.resource.v1.Device', {
  allNodes: optional(boolean),
  allowMultipleAllocations: optional(boolean),
  attributes: optional(map(DeviceAttribute)),
  bindingConditions: optional(list(string, { listType: 'atomic' })),
  bindingFailureConditions: optional(list(string, { listType: 'atomic' })),
  bindsToNode: optional(boolean),
  capacity: optional(map(DeviceCapacity)),
  consumesCounters: optional(list(DeviceCounterConsumption, { listType: 'atomic' })),
  name: required(string),
  nodeAllocatableResourceMappings: optional(map(NodeAllocatableResourceMapping)),
  nodeName: optional(string),
  nodeSelector: optional(NodeSelector),
  taints: optional(list(DeviceTaint, { listType: 'atomic' })),
});
export type Device = Static<typeof Device>;

export const ResourcePool = object('io.k8s.api.resource.v1.ResourcePool', {
  generation: required(int64),
  name: required(string),
  resourceSliceCount: required(int64),
});
export type ResourcePool = Static<typeof ResourcePool>;

export const CounterSet = object('io.k8s.api.resource.v1.CounterSet', {
  counters: required(map(Counter)),
  name: required(string),
});
export type CounterSet = Static<typeof CounterSet>;

export const ResourceSliceSpec = object('io.k8s.api.resource.v1.ResourceSliceSpec', {
  allNodes: optional(boolean),
  devices: optional(list(Device, { listType: 'atomic' })),
  driver: required(string),
  nodeName: optional(string),
  nodeSelector: optional(NodeSelector),
  perDeviceNodeSelection: optional(boolean),
  pool: required(ResourcePool),
  sharedCounters: optional(list(CounterSet, { listType: 'atomic' })),
});
export type ResourceSliceSpec = Static<typeof ResourceSliceSpec>;

export const ResourceSlice = object('io.k8s.api.resource.v1.ResourceSlice', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  spec: required(ResourceSliceSpec, 'What is wanted.'),
});
export type ResourceSlice = Static<typeof ResourceSlice>;

import {
  Condition,
  ObjectMeta,
  rawExtension,
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
import { DeviceSelector, OpaqueDeviceConfiguration } from './device-class.ts';

export const DeviceClaimConfiguration = object('io.k8s.api.resource.v1.DeviceClaimConfiguration', {
  opaque: optional(OpaqueDeviceConfiguration),
  requests: optional(list(string, { listType: 'atomic' })),
});
export type DeviceClaimConfiguration = Static<typeof DeviceClaimConfiguration>;

export const DeviceConstraint = object('io.k8s.api.resource.v1.DeviceConstraint', {
  distinctAttribute: optional(string),
  matchAttribute: optional(string),
  requests: optional(list(string, { listType: 'atomic' })),
});
export type DeviceConstraint = Static<typeof DeviceConstraint>;

export const CapacityRequirements = object('io.k8s.api.resource.v1.CapacityRequirements', {
  requests: optional(map(quantity)),
});
export type CapacityRequirements = Static<typeof CapacityRequirements>;

export const DeviceToleration = object('io.k8s.api.resource.v1.DeviceToleration', {
  effect: optional(string),
  key: optional(string),
  operator: optional(string),
  tolerationSeconds: optional(int64),
  value: optional(string),
});
export type DeviceToleration = Static<typeof DeviceToleration>;

export const ExactDeviceRequest = object('io.k8s.api.resource.v1.ExactDeviceRequest', {
  adminAccess: optional(boolean),
  allocationMode: optional(string),
  capacity: optional(CapacityRequirements),
  count: optional(int64),
  deviceClassName: required(string),
  selectors: optional(list(DeviceSelector, { listType: 'atomic' })),
  tolerations: optional(list(DeviceToleration, { listType: 'atomic' })),
});
export type ExactDeviceRequest = Static<typeof ExactDeviceRequest>;

export const DeviceSubRequest = object('io.k8s.api.resource.v1.DeviceSubRequest', {
  allocationMode: optional(string),
  capacity: optional(CapacityRequirements),
  count: optional(int64),
  deviceClassName: required(string),
  name: required(string),
  selectors: optional(list(DeviceSelector, { listType: 'atomic' })),
  tolerations: optional(list(DeviceToleration, { listType: 'atomic' })),
});
export type DeviceSubRequest = Static<typeof DeviceSubRequest>;

export const DeviceRequest = object('io.k8s.api.resource.v1.DeviceRequest', {
  exactly: optional(ExactDeviceRequest),
  firstAvailable: optional(list(DeviceSubRequest, { listType: 'atomic' })),
  name: required(string),
});
export type DeviceRequest = Static<typeof DeviceRequest>;

export const DeviceClaim = object('io.k8s.api.resource.v1.DeviceClaim', {
  config: optional(list(DeviceClaimConfiguration, { listType: 'atomic' })),
  constraints: optional(list(DeviceConstraint, { listType: 'atomic' })),
  requests: optional(list(DeviceRequest, { listType: 'atomic' })),
});
export type DeviceClaim = Static<typeof DeviceClaim>;

export const ResourceClaimSpec = object('io.k8s.api.resource.v1.ResourceClaimSpec', {
  devices: optional(DeviceClaim),
});
export type ResourceClaimSpec = Static<typeof ResourceClaimSpec>;

export const DeviceAllocationConfiguration = object('io.k8s.api.resource.v1.DeviceAllocationConfiguration', {
  opaque: optional(OpaqueDeviceConfiguration),
  requests: optional(list(string, { listType: 'atomic' })),
  source: required(string),
});
export type DeviceAllocationConfiguration = Static<typeof DeviceAllocationConfiguration>;

export const DeviceRequestAllocationResult = object('io.k8s.api.resource.v1.DeviceRequestAllocationResult', {
  adminAccess: optional(boolean),
  bindingConditions: optional(list(string, { listType: 'atomic' })),
  bindingFailureConditions: optional(list(string, { listType: 'atomic' })),
  consumedCapacity: optional(map(quantity)),
  device: required(string),
  driver: required(string),
  pool: required(string),
  request: required(string),
  shareID: optional(string),
  tolerations: optional(list(DeviceToleration, { listType: 'atomic' })),
});
export type DeviceRequestAllocationResult = Static<typeof DeviceRequestAllocationResult>;

export const DeviceAllocationResult = object('io.k8s.api.resource.v1.DeviceAllocationResult', {
  config: optional(list(DeviceAllocationConfiguration, { listType: 'atomic' })),
  results: optional(list(DeviceRequestAllocationResult, { listType: 'atomic' })),
});
export type DeviceAllocationResult = Static<typeof DeviceAllocationResult>;

export const AllocationResult = object('io.k8s.api.resource.v1.AllocationResult', {
  allocationTimestamp: optional(time),
  devices: optional(DeviceAllocationResult),
  nodeSelector: optional(NodeSelector),
});
export type AllocationResult = Static<typeof AllocationResult>;

export const NetworkDeviceData = object('io.k8s.api.resource.v1.NetworkDeviceData', {
  hardwareAddress: optional(string),
  interfaceName: optional(string),
  ips: optional(list(string, { listType: 'atomic' })),
});
export type NetworkDeviceData = Static<typeof NetworkDeviceData>;

export const AllocatedDeviceStatus = object('io.k8s.api.resource.v1.AllocatedDeviceStatus', {
  conditions: optional(list(Condition, { listType: 'map', mapKeys: ['type'] })),
  data: optional(rawExtension),
  device: required(string),
  driver: required(string),
  networkData: optional(NetworkDeviceData),
  pool: required(string),
  shareID: optional(string),
});
export type AllocatedDeviceStatus = Static<typeof AllocatedDeviceStatus>;

export const ResourceClaimConsumerReference = object('io.k8s.api.resource.v1.ResourceClaimConsumerReference', {
  apiGroup: optional(string),
  name: required(string),
  resource: required(string),
  uid: required(string),
});
export type ResourceClaimConsumerReference = Static<typeof ResourceClaimConsumerReference>;

export const ResourceClaimStatus = object('io.k8s.api.resource.v1.ResourceClaimStatus', {
  allocation: optional(AllocationResult),
  devices: optional(list(AllocatedDeviceStatus, { listType: 'map', mapKeys: ['driver', 'device', 'pool', 'shareID'] })),
  reservedFor: optional(
    list(ResourceClaimConsumerReference, {
      listType: 'map',
      mapKeys: ['uid'],
      patchStrategy: 'merge',
      patchMergeKey: 'uid',
    }),
  ),
});
export type ResourceClaimStatus = Static<typeof ResourceClaimStatus>;

export const DynamicResourceClaim = object('io.k8s.api.resource.v1.ResourceClaim', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  spec: required(ResourceClaimSpec, 'What is wanted.'),
  status: optional(ResourceClaimStatus, 'What was last observed.'),
});
export type DynamicResourceClaim = Static<typeof DynamicResourceClaim>;

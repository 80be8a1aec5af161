import {
  ObjectMeta,
  rawExtension,
  list,
  object,
  optional,
  required,
  stored,
  string,
  type Static,
} from '@wherry/apimachinery';

export const OpaqueDeviceConfiguration = object('io.k8s.api.resource.v1.OpaqueDeviceConfiguration', {
  driver: required(string),
  parameters: required(rawExtension),
});
export type OpaqueDeviceConfiguration = Static<typeof OpaqueDeviceConfiguration>;

export const DeviceClassConfiguration = object('io.k8s.api.resource.v1.DeviceClassConfiguration', {
  opaque: optional(OpaqueDeviceConfiguration),
});
export type DeviceClassConfiguration = Static<typeof DeviceClassConfiguration>;

export const CELDeviceSelector = object('io.k8s.api.resource.v1.CELDeviceSelector', {
  expression: required(string),
});
export type CELDeviceSelector = Static<typeof CELDeviceSelector>;

export const DeviceSelector = object('io.k8s.api.resource.v1.DeviceSelector', {
  cel: optional(CELDeviceSelector),
});
export type DeviceSelector = Static<typeof DeviceSelector>;

export const DeviceClassSpec = object('io.k8s.api.resource.v1.DeviceClassSpec', {
  config: optional(list(DeviceClassConfiguration, { listType: 'atomic' })),
  extendedResourceName: optional(string),
  selectors: optional(list(DeviceSelector, { listType: 'atomic' })),
});
export type DeviceClassSpec = Static<typeof DeviceClassSpec>;

export const DeviceClass = object('io.k8s.api.resource.v1.DeviceClass', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  spec: required(DeviceClassSpec, 'What is wanted.'),
});
export type DeviceClass = Static<typeof DeviceClass>;

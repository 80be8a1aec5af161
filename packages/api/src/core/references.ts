import { boolean, int32, object, optional, quantity, required, string, type Static } from '@wherry/apimachinery';

export const ConfigMapKeySelector = object(
  'io.k8s.api.core.v1.ConfigMapKeySelector',
  {
    key: required(string, 'The key.'),
    name: optional(string, 'The name of the ConfigMap.'),
    optional: optional(boolean, 'Whether it may be missing.'),
  },
  { mapType: 'atomic' },
);
export type ConfigMapKeySelector = Static<typeof ConfigMapKeySelector>;

export const ObjectFieldSelector = object(
  'io.k8s.api.core.v1.ObjectFieldSelector',
  {
    apiVersion: optional(string, 'The version that the path is written for.'),
    fieldPath: required(string, 'The path of the field, such as metadata.name.'),
  },
  { mapType: 'atomic' },
);
export type ObjectFieldSelector = Static<typeof ObjectFieldSelector>;

export const FileKeySelector = object(
  'io.k8s.api.core.v1.FileKeySelector',
  {
    key: required(string),
    optional: optional(boolean),
    path: required(string),
    volumeName: required(string),
  },
  { mapType: 'atomic' },
);
export type FileKeySelector = Static<typeof FileKeySelector>;

export const ResourceFieldSelector = object(
  'io.k8s.api.core.v1.ResourceFieldSelector',
  {
    containerName: optional(string, 'Which container.'),
    divisor: optional(quantity, 'The unit.'),
    resource: required(string, 'Which request or limit, such as limits.cpu.'),
  },
  { mapType: 'atomic' },
);
export type ResourceFieldSelector = Static<typeof ResourceFieldSelector>;

export const SecretKeySelector = object(
  'io.k8s.api.core.v1.SecretKeySelector',
  {
    key: required(string, 'The key.'),
    name: optional(string, 'The name of the Secret.'),
    optional: optional(boolean, 'Whether it may be missing.'),
  },
  { mapType: 'atomic' },
);
export type SecretKeySelector = Static<typeof SecretKeySelector>;

export const LocalObjectReference = object(
  'io.k8s.api.core.v1.LocalObjectReference',
  {
    name: optional(string, 'The name of the object, in the same namespace.'),
  },
  { mapType: 'atomic' },
);
export type LocalObjectReference = Static<typeof LocalObjectReference>;

export const KeyToPath = object('io.k8s.api.core.v1.KeyToPath', {
  key: required(string, 'The key.'),
  mode: optional(int32, 'The mode of the file.'),
  path: required(string, 'The path of the file in the volume.'),
});
export type KeyToPath = Static<typeof KeyToPath>;

export const TypedLocalObjectReference = object(
  'io.k8s.api.core.v1.TypedLocalObjectReference',
  {
    apiGroup: optional(string),
    kind: required(string),
    name: required(string),
  },
  { mapType: 'atomic' },
);
export type TypedLocalObjectReference = Static<typeof TypedLocalObjectReference>;

export const TypedObjectReference = object('io.k8s.api.core.v1.TypedObjectReference', {
  apiGroup: optional(string),
  kind: required(string),
  name: required(string),
  namespace: optional(string),
});
export type TypedObjectReference = Static<typeof TypedObjectReference>;

export const ObjectReference = object(
  'io.k8s.api.core.v1.ObjectReference',
  {
    apiVersion: optional(string, 'The group and version of the object.'),
    fieldPath: optional(string, 'The part of the object.'),
    kind: optional(string, 'The kind of the object.'),
    name: optional(string, 'The name of the object.'),
    namespace: optional(string, 'The namespace of the object.'),
    resourceVersion: optional(string, 'The version of the object.'),
    uid: optional(string, 'The uid of the object.'),
  },
  { mapType: 'atomic' },
);
export type ObjectReference = Static<typeof ObjectReference>;

import { boolean, int32, object, optional, quantity, required, string, type Static } from '@wherry/apimachinery';

export const ConfigMapKeySelector = object(
  'io.k8s.api.core.v1.ConfigMapKeySelector',
  {
    key: required(string),
    name: optional(string),
    optional: optional(boolean),
  },
  { mapType: 'atomic' },
);
export type ConfigMapKeySelector = Static<typeof ConfigMapKeySelector>;

export const ObjectFieldSelector = object(
  'io.k8s.api.core.v1.ObjectFieldSelector',
  {
    apiVersion: optional(string),
    fieldPath: required(string),
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
    containerName: optional(string),
    divisor: optional(quantity),
    resource: required(string),
  },
  { mapType: 'atomic' },
);
export type ResourceFieldSelector = Static<typeof ResourceFieldSelector>;

export const SecretKeySelector = object(
  'io.k8s.api.core.v1.SecretKeySelector',
  {
    key: required(string),
    name: optional(string),
    optional: optional(boolean),
  },
  { mapType: 'atomic' },
);
export type SecretKeySelector = Static<typeof SecretKeySelector>;

export const LocalObjectReference = object(
  'io.k8s.api.core.v1.LocalObjectReference',
  {
    name: optional(string),
  },
  { mapType: 'atomic' },
);
export type LocalObjectReference = Static<typeof LocalObjectReference>;

export const KeyToPath = object('io.k8s.api.core.v1.KeyToPath', {
  key: required(string),
  mode: optional(int32),
  path: required(string),
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
    apiVersion: optional(string),
    fieldPath: optional(string),
    kind: optional(string),
    name: optional(string),
    namespace: optional(string),
    resourceVersion: optional(string),
    uid: optional(string),
  },
  { mapType: 'atomic' },
);
export type ObjectReference = Static<typeof ObjectReference>;

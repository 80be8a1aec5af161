import { ObjectMeta, object, optional, required, stored, string, type Static } from '@wherry/apimachinery';

export const ParentReference = object('io.k8s.api.networking.v1.ParentReference', {
  group: optional(string),
  name: required(string),
  namespace: optional(string),
  resource: required(string),
});
export type ParentReference = Static<typeof ParentReference>;

export const IPAddressSpec = object('io.k8s.api.networking.v1.IPAddressSpec', {
  parentRef: required(ParentReference),
});
export type IPAddressSpec = Static<typeof IPAddressSpec>;

export const IPAddress = object('io.k8s.api.networking.v1.IPAddress', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  spec: required(IPAddressSpec, 'What is wanted.'),
});
export type IPAddress = Static<typeof IPAddress>;

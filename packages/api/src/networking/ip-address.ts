import { ObjectMeta, object, optional, required, stored, string, type Static } from '@wherry/apimachinery';

export const ParentReference = object('io.k8s.api.networking.v1.ParentReference', {
  group: optional(string, 'The group of the user; the core group when empty.'),
  name: required(string, 'The name of the user.'),
  namespace: optional(string, 'The namespace of the user.'),
  resource: required(string, 'The resource of the user, such as services.'),
});
export type ParentReference = Static<typeof ParentReference>;

export const IPAddressSpec = object('io.k8s.api.networking.v1.IPAddressSpec', {
  parentRef: required(ParentReference, 'The object that uses the address. It cannot change.'),
});
export type IPAddressSpec = Static<typeof IPAddressSpec>;

export const IPAddress = object(
  'io.k8s.api.networking.v1.IPAddress',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: required(IPAddressSpec, 'What is wanted.'),
  },
  { doc: 'An address that is taken. Its name is the address.' },
);
export type IPAddress = Static<typeof IPAddress>;

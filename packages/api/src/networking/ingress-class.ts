import { ObjectMeta, object, optional, required, stored, string, type Static } from '@wherry/apimachinery';

export const IngressClassParametersReference = object('io.k8s.api.networking.v1.IngressClassParametersReference', {
  apiGroup: optional(string),
  kind: required(string),
  name: required(string),
  namespace: optional(string),
  scope: optional(string),
});
export type IngressClassParametersReference = Static<typeof IngressClassParametersReference>;

export const IngressClassSpec = object('io.k8s.api.networking.v1.IngressClassSpec', {
  controller: optional(string),
  parameters: optional(IngressClassParametersReference),
});
export type IngressClassSpec = Static<typeof IngressClassSpec>;

export const IngressClass = object('io.k8s.api.networking.v1.IngressClass', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  spec: stored(IngressClassSpec, 'What is wanted.'),
});
export type IngressClass = Static<typeof IngressClass>;

import { ObjectMeta, object, optional, required, stored, string, type Static } from '@wherry/apimachinery';

export const IngressClassParametersReference = object('io.k8s.api.networking.v1.IngressClassParametersReference', {
  apiGroup: optional(string, 'The group of the object; the core group when absent.'),
  kind: required(string, 'The kind of the object.'),
  name: required(string, 'The name of the object.'),
  namespace: optional(string, 'Its namespace, when the scope is Namespace.'),
  scope: optional(string, 'Cluster (the default) or Namespace.'),
});
export type IngressClassParametersReference = Static<typeof IngressClassParametersReference>;

export const IngressClassSpec = object('io.k8s.api.networking.v1.IngressClassSpec', {
  controller: optional(string, 'The controller, as `domain/path`. It cannot change.'),
  parameters: optional(IngressClassParametersReference, 'An object that configures the controller for this class.'),
});
export type IngressClassSpec = Static<typeof IngressClassSpec>;

export const IngressClass = object(
  'io.k8s.api.networking.v1.IngressClass',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: stored(IngressClassSpec, 'What is wanted.'),
  },
  { doc: 'Says which controller takes care of an Ingress.' },
);
export type IngressClass = Static<typeof IngressClass>;

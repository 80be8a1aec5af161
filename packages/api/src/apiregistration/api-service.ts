import {
  ObjectMeta,
  boolean,
  bytes,
  int32,
  list,
  object,
  optional,
  required,
  stored,
  string,
  time,
  type Static,
} from '@wherry/apimachinery';

export const ApiregistrationServiceReference = object(
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.ServiceReference',
  {
    name: optional(string),
    namespace: optional(string),
    port: optional(int32),
  },
);
export type ApiregistrationServiceReference = Static<typeof ApiregistrationServiceReference>;

export const APIServiceSpec = object('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceSpec', {
  caBundle: optional({ ...bytes, listType: 'atomic' }),
  group: optional(string),
  groupPriorityMinimum: required(int32),
  insecureSkipTLSVerify: optional(boolean),
  service: optional(ApiregistrationServiceReference),
  version: optional(string),
  versionPriority: required(int32),
});
export type APIServiceSpec = Static<typeof APIServiceSpec>;

export const APIServiceCondition = object('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceCondition', {
  lastTransitionTime: optional(time),
  message: optional(string),
  reason: optional(string),
  status: required(string),
  type: required(string),
});
export type APIServiceCondition = Static<typeof APIServiceCondition>;

export const APIServiceStatus = object('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceStatus', {
  conditions: optional(
    list(APIServiceCondition, { listType: 'map', mapKeys: ['type'], patchStrategy: 'merge', patchMergeKey: 'type' }),
  ),
});
export type APIServiceStatus = Static<typeof APIServiceStatus>;

export const APIService = object('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  spec: stored(APIServiceSpec, 'What is wanted.'),
  status: optional(APIServiceStatus, 'What was last observed.'),
});
export type APIService = Static<typeof APIService>;

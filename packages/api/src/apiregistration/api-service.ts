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
    name: optional(string, 'The Service.'),
    namespace: optional(string, 'Its namespace.'),
    port: optional(int32, 'The port; 443 when absent.'),
  },
);
export type ApiregistrationServiceReference = Static<typeof ApiregistrationServiceReference>;

export const APIServiceSpec = object('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceSpec', {
  caBundle: optional({ ...bytes, listType: 'atomic' }, 'The authorities that its certificate is believed by, PEM.'),
  group: optional(string, 'The group.'),
  groupPriorityMinimum: required(int32, 'Groups with more come first.'),
  insecureSkipTLSVerify: optional(boolean, 'Whether any certificate will do.'),
  service: optional(ApiregistrationServiceReference, 'Who serves it; this server itself when absent.'),
  version: optional(string, 'The version.'),
  versionPriority: required(int32, 'Versions of a group with more come first.'),
});
export type APIServiceSpec = Static<typeof APIServiceSpec>;

export const APIServiceCondition = object('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceCondition', {
  lastTransitionTime: optional(time, 'When its status last changed.'),
  message: optional(string, 'Why, for people.'),
  reason: optional(string, 'Why, in one word.'),
  status: required(string, 'True, False or Unknown.'),
  type: required(string, 'Available.'),
});
export type APIServiceCondition = Static<typeof APIServiceCondition>;

export const APIServiceStatus = object('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceStatus', {
  conditions: optional(
    list(APIServiceCondition, { listType: 'map', mapKeys: ['type'], patchStrategy: 'merge', patchMergeKey: 'type' }),
    'Whether it can be reached.',
  ),
});
export type APIServiceStatus = Static<typeof APIServiceStatus>;

export const APIService = object(
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: stored(APIServiceSpec, 'What is wanted.'),
    status: optional(APIServiceStatus, 'What was last observed.'),
  },
  { doc: 'A group-version, and who serves it.' },
);
export type APIService = Static<typeof APIService>;

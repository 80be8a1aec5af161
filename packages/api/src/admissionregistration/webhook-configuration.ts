import {
  LabelSelector,
  ObjectMeta,
  bytes,
  int32,
  list,
  object,
  optional,
  required,
  stored,
  string,
  type Static,
} from '@wherry/apimachinery';

export const ServiceReference = object('io.k8s.api.admissionregistration.v1.ServiceReference', {
  name: required(string),
  namespace: required(string),
  path: optional(string),
  port: optional(int32),
});
export type ServiceReference = Static<typeof ServiceReference>;

export const WebhookClientConfig = object('io.k8s.api.admissionregistration.v1.WebhookClientConfig', {
  caBundle: optional(bytes),
  service: optional(ServiceReference),
  url: optional(string),
});
export type WebhookClientConfig = Static<typeof WebhookClientConfig>;

export const MatchCondition = object('io.k8s.api.admissionregistration.v1.MatchCondition', {
  expression: required(string),
  name: required(string),
});
export type MatchCondition = Static<typeof MatchCondition>;

export const RuleWithOperations = object('io.k8s.api.admissionregistration.v1.RuleWithOperations', {
  apiGroups: optional(list(string, { listType: 'atomic' })),
  apiVersions: optional(list(string, { listType: 'atomic' })),
  operations: optional(list(string, { listType: 'atomic' })),
  resources: optional(list(string, { listType: 'atomic' })),
  scope: optional(string),
});
export type RuleWithOperations = Static<typeof RuleWithOperations>;

export const MutatingWebhook = object('io.k8s.api.admissionregistration.v1.MutatingWebhook', {
  admissionReviewVersions: required(list(string, { listType: 'atomic' })),
  clientConfig: required(WebhookClientConfig),
  failurePolicy: optional(string),
  matchConditions: optional(
    list(MatchCondition, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge', patchMergeKey: 'name' }),
  ),
  matchPolicy: optional(string),
  name: required(string),
  namespaceSelector: optional(LabelSelector),
  objectSelector: optional(LabelSelector),
  reinvocationPolicy: optional(string),
  rules: optional(list(RuleWithOperations, { listType: 'atomic' })),
  sideEffects: required(string),
  timeoutSeconds: optional(int32),
});
export type MutatingWebhook = Static<typeof MutatingWebhook>;

export const MutatingWebhookConfiguration = object('io.k8s.api.admissionregistration.v1.MutatingWebhookConfiguration', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  webhooks: optional(
    list(MutatingWebhook, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge', patchMergeKey: 'name' }),
  ),
});
export type MutatingWebhookConfiguration = Static<typeof MutatingWebhookConfiguration>;

export const ValidatingWebhook = object('io.k8s.api.admissionregistration.v1.ValidatingWebhook', {
  admissionReviewVersions: required(list(string, { listType: 'atomic' })),
  clientConfig: required(WebhookClientConfig),
  failurePolicy: optional(string),
  matchConditions: optional(
    list(MatchCondition, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge', patchMergeKey: 'name' }),
  ),
  matchPolicy: optional(string),
  name: required(string),
  namespaceSelector: optional(LabelSelector),
  objectSelector: optional(LabelSelector),
  rules: optional(list(RuleWithOperations, { listType: 'atomic' })),
  sideEffects: required(string),
  timeoutSeconds: optional(int32),
});
export type ValidatingWebhook = Static<typeof ValidatingWebhook>;

export const ValidatingWebhookConfiguration = object(
  'io.k8s.api.admissionregistration.v1.ValidatingWebhookConfiguration',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    webhooks: optional(
      list(ValidatingWebhook, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge', patchMergeKey: 'name' }),
    ),
  },
);
export type ValidatingWebhookConfiguration = Static<typeof ValidatingWebhookConfiguration>;

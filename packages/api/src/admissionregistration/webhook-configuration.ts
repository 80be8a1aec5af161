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
  name: required(string, 'The Service.'),
  namespace: required(string, 'Its namespace.'),
  path: optional(string, 'The path of the requests.'),
  port: optional(int32, 'The port; 443 when absent.'),
});
export type ServiceReference = Static<typeof ServiceReference>;

export const WebhookClientConfig = object('io.k8s.api.admissionregistration.v1.WebhookClientConfig', {
  caBundle: optional(
    bytes,
    'The authorities that its certificate is believed by, PEM; those of the system when absent.',
  ),
  service: optional(ServiceReference, 'The Service that answers.'),
  url: optional(string, 'Where it answers, https; instead of a Service.'),
});
export type WebhookClientConfig = Static<typeof WebhookClientConfig>;

export const MatchCondition = object('io.k8s.api.admissionregistration.v1.MatchCondition', {
  expression: required(string, 'A CEL expression; requests for which it is false are left out.'),
  name: required(string, 'Its name.'),
});
export type MatchCondition = Static<typeof MatchCondition>;

export const RuleWithOperations = object('io.k8s.api.admissionregistration.v1.RuleWithOperations', {
  apiGroups: optional(list(string, { listType: 'atomic' }), 'Groups; `*` is all.'),
  apiVersions: optional(list(string, { listType: 'atomic' }), 'Versions; `*` is all.'),
  operations: optional(list(string, { listType: 'atomic' }), 'CREATE, UPDATE, DELETE, CONNECT, or `*`.'),
  resources: optional(list(string, { listType: 'atomic' }), 'Resources, `/` before a subresource; `*` is all.'),
  scope: optional(string, 'Cluster, Namespaced, or `*` (the default).'),
});
export type RuleWithOperations = Static<typeof RuleWithOperations>;

export const MutatingWebhook = object('io.k8s.api.admissionregistration.v1.MutatingWebhook', {
  admissionReviewVersions: required(
    list(string, { listType: 'atomic' }),
    'The versions of AdmissionReview that it understands, in its order.',
  ),
  clientConfig: required(WebhookClientConfig, 'Where it is.'),
  failurePolicy: optional(string, 'What follows when it does not answer: Fail (the default) or Ignore.'),
  matchConditions: optional(
    list(MatchCondition, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge', patchMergeKey: 'name' }),
    'CEL expressions that must be true of the request.',
  ),
  matchPolicy: optional(string, 'Exact, or Equivalent (the default): by any version of the same resource.'),
  name: required(string, 'Its name, a domain of three labels or more.'),
  namespaceSelector: optional(LabelSelector, 'Namespaces by their labels.'),
  objectSelector: optional(LabelSelector, 'Objects by their labels.'),
  reinvocationPolicy: optional(string, 'Never (the default) or IfNeeded: again after others have changed the object.'),
  rules: optional(list(RuleWithOperations, { listType: 'atomic' }), 'Which requests it is asked about.'),
  sideEffects: required(string, 'None or NoneOnDryRun.'),
  timeoutSeconds: optional(int32, 'How long it is waited for, 1 to 30; 10 when absent.'),
});
export type MutatingWebhook = Static<typeof MutatingWebhook>;

export const MutatingWebhookConfiguration = object(
  'io.k8s.api.admissionregistration.v1.MutatingWebhookConfiguration',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    webhooks: optional(
      list(MutatingWebhook, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge', patchMergeKey: 'name' }),
      'The webhooks, in this order.',
    ),
  },
  { doc: 'Webhooks that may change objects, and refuse requests.' },
);
export type MutatingWebhookConfiguration = Static<typeof MutatingWebhookConfiguration>;

export const ValidatingWebhook = object('io.k8s.api.admissionregistration.v1.ValidatingWebhook', {
  admissionReviewVersions: required(
    list(string, { listType: 'atomic' }),
    'The versions of AdmissionReview that it understands, in its order.',
  ),
  clientConfig: required(WebhookClientConfig, 'Where it is.'),
  failurePolicy: optional(string, 'What follows when it does not answer: Fail (the default) or Ignore.'),
  matchConditions: optional(
    list(MatchCondition, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge', patchMergeKey: 'name' }),
    'CEL expressions that must be true of the request.',
  ),
  matchPolicy: optional(string, 'Exact, or Equivalent (the default): by any version of the same resource.'),
  name: required(string, 'Its name, a domain of three labels or more.'),
  namespaceSelector: optional(LabelSelector, 'Namespaces by their labels.'),
  objectSelector: optional(LabelSelector, 'Objects by their labels.'),
  rules: optional(list(RuleWithOperations, { listType: 'atomic' }), 'Which requests it is asked about.'),
  sideEffects: required(string, 'None or NoneOnDryRun.'),
  timeoutSeconds: optional(int32, 'How long it is waited for, 1 to 30; 10 when absent.'),
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
      'The webhooks.',
    ),
  },
  { doc: 'Webhooks that may refuse requests.' },
);
export type ValidatingWebhookConfiguration = Static<typeof ValidatingWebhookConfiguration>;

import {
  ObjectMeta,
  boolean,
  list,
  object,
  optional,
  required,
  stored,
  string,
  type Static,
} from '@wherry/apimachinery';

export const SelfSubjectRulesReviewSpec = object('io.k8s.api.authorization.v1.SelfSubjectRulesReviewSpec', {
  namespace: optional(string),
});
export type SelfSubjectRulesReviewSpec = Static<typeof SelfSubjectRulesReviewSpec>;

export const NonResourceRule = object('io.k8s.api.authorization.v1.NonResourceRule', {
  nonResourceURLs: optional(list(string, { listType: 'atomic' })),
  verbs: required(list(string, { listType: 'atomic' })),
});
export type NonResourceRule = Static<typeof NonResourceRule>;

export const ResourceRule = object('io.k8s.api.authorization.v1.ResourceRule', {
  apiGroups: optional(list(string, { listType: 'atomic' })),
  resourceNames: optional(list(string, { listType: 'atomic' })),
  resources: optional(list(string, { listType: 'atomic' })),
  verbs: required(list(string, { listType: 'atomic' })),
});
export type ResourceRule = Static<typeof ResourceRule>;

export const SubjectRulesReviewStatus = object('io.k8s.api.authorization.v1.SubjectRulesReviewStatus', {
  evaluationError: optional(string),
  incomplete: required(boolean),
  nonResourceRules: required(list(NonResourceRule, { listType: 'atomic' })),
  resourceRules: required(list(ResourceRule, { listType: 'atomic' })),
});
export type SubjectRulesReviewStatus = Static<typeof SubjectRulesReviewStatus>;

export const SelfSubjectRulesReview = object('io.k8s.api.authorization.v1.SelfSubjectRulesReview', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  spec: required(SelfSubjectRulesReviewSpec, 'What is wanted.'),
  status: optional(SubjectRulesReviewStatus, 'What was last observed.'),
});
export type SelfSubjectRulesReview = Static<typeof SelfSubjectRulesReview>;

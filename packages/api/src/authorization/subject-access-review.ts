import {
  LabelSelectorRequirement,
  ObjectMeta,
  boolean,
  list,
  map,
  object,
  optional,
  required,
  stored,
  string,
  type Static,
} from '@wherry/apimachinery';

export const NonResourceAttributes = object('io.k8s.api.authorization.v1.NonResourceAttributes', {
  path: optional(string),
  verb: optional(string),
});
export type NonResourceAttributes = Static<typeof NonResourceAttributes>;

export const FieldSelectorRequirement = object('io.k8s.apimachinery.pkg.apis.meta.v1.FieldSelectorRequirement', {
  key: required(string),
  operator: required(string),
  values: optional(list(string, { listType: 'atomic' })),
});
export type FieldSelectorRequirement = Static<typeof FieldSelectorRequirement>;

export const FieldSelectorAttributes = object('io.k8s.api.authorization.v1.FieldSelectorAttributes', {
  rawSelector: optional(string),
  requirements: optional(list(FieldSelectorRequirement, { listType: 'atomic' })),
});
export type FieldSelectorAttributes = Static<typeof FieldSelectorAttributes>;

export const LabelSelectorAttributes = object('io.k8s.api.authorization.v1.LabelSelectorAttributes', {
  rawSelector: optional(string),
  requirements: optional(list(LabelSelectorRequirement, { listType: 'atomic' })),
});
export type LabelSelectorAttributes = Static<typeof LabelSelectorAttributes>;

export const ResourceAttributes = object('io.k8s.api.authorization.v1.ResourceAttributes', {
  fieldSelector: optional(FieldSelectorAttributes),
  group: optional(string),
  labelSelector: optional(LabelSelectorAttributes),
  name: optional(string),
  namespace: optional(string),
  resource: optional(string),
  subresource: optional(string),
  verb: optional(string),
  version: optional(string),
});
export type ResourceAttributes = Static<typeof ResourceAttributes>;

export const SubjectAccessReviewSpec = object('io.k8s.api.authorization.v1.SubjectAccessReviewSpec', {
  extra: optional(map(list(string))),
  groups: optional(list(string, { listType: 'atomic' })),
  nonResourceAttributes: optional(NonResourceAttributes),
  resourceAttributes: optional(ResourceAttributes),
  uid: optional(string),
  user: optional(string),
});
export type SubjectAccessReviewSpec = Static<typeof SubjectAccessReviewSpec>;

export const SubjectAccessReviewStatus = object('io.k8s.api.authorization.v1.SubjectAccessReviewStatus', {
  allowed: required(boolean),
  denied: optional(boolean),
  evaluationError: optional(string),
  reason: optional(string),
});
export type SubjectAccessReviewStatus = Static<typeof SubjectAccessReviewStatus>;

export const SubjectAccessReview = object('io.k8s.api.authorization.v1.SubjectAccessReview', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  spec: required(SubjectAccessReviewSpec, 'What is wanted.'),
  status: optional(SubjectAccessReviewStatus, 'What was last observed.'),
});
export type SubjectAccessReview = Static<typeof SubjectAccessReview>;

export const SelfSubjectAccessReviewSpec = object('io.k8s.api.authorization.v1.SelfSubjectAccessReviewSpec', {
  nonResourceAttributes: optional(NonResourceAttributes),
  resourceAttributes: optional(ResourceAttributes),
});
export type SelfSubjectAccessReviewSpec = Static<typeof SelfSubjectAccessReviewSpec>;

export const SelfSubjectAccessReview = object('io.k8s.api.authorization.v1.SelfSubjectAccessReview', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  spec: required(SelfSubjectAccessReviewSpec, 'What is wanted.'),
  status: optional(SubjectAccessReviewStatus, 'What was last observed.'),
});
export type SelfSubjectAccessReview = Static<typeof SelfSubjectAccessReview>;

export const LocalSubjectAccessReview = object('io.k8s.api.authorization.v1.LocalSubjectAccessReview', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  spec: required(SubjectAccessReviewSpec, 'What is wanted.'),
  status: optional(SubjectAccessReviewStatus, 'What was last observed.'),
});
export type LocalSubjectAccessReview = Static<typeof LocalSubjectAccessReview>;

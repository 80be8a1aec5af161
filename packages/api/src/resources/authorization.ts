import { SelfSubjectRulesReview } from '../authorization/self-subject-rules-review.ts';
import {
  LocalSubjectAccessReview,
  SelfSubjectAccessReview,
  SubjectAccessReview,
} from '../authorization/subject-access-review.ts';
import { ageColumn, nameColumn } from '../columns/age.ts';
import type { Resource } from '../resource.ts';
import { namespacedV1, metadataFields, nameField } from './fields.ts';

const common = { ...namespacedV1, group: 'authorization.k8s.io' } as const;

export const subjectAccessReviews: Resource<SubjectAccessReview> = {
  ...common,
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  singular: 'subjectaccessreview',
  namespaced: false,
  schema: SubjectAccessReview,
  verbs: ['create'],
  stored: false,
  columns: [nameColumn, ageColumn],
  selectableFields: nameField,
};

export const selfSubjectAccessReviews: Resource<SelfSubjectAccessReview> = {
  ...common,
  kind: 'SelfSubjectAccessReview',
  plural: 'selfsubjectaccessreviews',
  singular: 'selfsubjectaccessreview',
  namespaced: false,
  schema: SelfSubjectAccessReview,
  verbs: ['create'],
  stored: false,
  columns: [nameColumn, ageColumn],
  selectableFields: nameField,
};

export const localSubjectAccessReviews: Resource<LocalSubjectAccessReview> = {
  ...common,
  kind: 'LocalSubjectAccessReview',
  plural: 'localsubjectaccessreviews',
  singular: 'localsubjectaccessreview',
  schema: LocalSubjectAccessReview,
  verbs: ['create'],
  stored: false,
  columns: [nameColumn, ageColumn],
  selectableFields: metadataFields,
};

export const selfSubjectRulesReviews: Resource<SelfSubjectRulesReview> = {
  ...common,
  kind: 'SelfSubjectRulesReview',
  plural: 'selfsubjectrulesreviews',
  singular: 'selfsubjectrulesreview',
  namespaced: false,
  schema: SelfSubjectRulesReview,
  verbs: ['create'],
  stored: false,
  columns: [nameColumn, ageColumn],
  selectableFields: nameField,
};

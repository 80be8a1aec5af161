import { SelfSubjectReview } from '../authentication/self-subject-review.ts';
import { TokenReview } from '../authentication/token-review.ts';
import { ageColumn, nameColumn } from '../columns/age.ts';
import type { Resource } from '../resource.ts';
import { namespacedV1, nameField } from './fields.ts';

const common = { ...namespacedV1, group: 'authentication.k8s.io' } as const;

export const tokenReviews: Resource<TokenReview> = {
  ...common,
  kind: 'TokenReview',
  plural: 'tokenreviews',
  singular: 'tokenreview',
  namespaced: false,
  schema: TokenReview,
  verbs: ['create'],
  stored: false,
  columns: [nameColumn, ageColumn],
  selectableFields: nameField,
};

export const selfSubjectReviews: Resource<SelfSubjectReview> = {
  ...common,
  kind: 'SelfSubjectReview',
  plural: 'selfsubjectreviews',
  singular: 'selfsubjectreview',
  namespaced: false,
  schema: SelfSubjectReview,
  verbs: ['create'],
  stored: false,
  columns: [nameColumn, ageColumn],
  selectableFields: nameField,
};

import { ObjectMeta, object, optional, stored, string, type Static } from '@wherry/apimachinery';
import { UserInfo } from './token-review.ts';

export const SelfSubjectReviewStatus = object('io.k8s.api.authentication.v1.SelfSubjectReviewStatus', {
  userInfo: optional(UserInfo),
});
export type SelfSubjectReviewStatus = Static<typeof SelfSubjectReviewStatus>;

export const SelfSubjectReview = object('io.k8s.api.authentication.v1.SelfSubjectReview', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  status: optional(SelfSubjectReviewStatus, 'What was last observed.'),
});
export type SelfSubjectReview = Static<typeof SelfSubjectReview>;

import {
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

export const TokenReviewSpec = object('io.k8s.api.authentication.v1.TokenReviewSpec', {
  audiences: optional(list(string, { listType: 'atomic' })),
  token: required(string),
});
export type TokenReviewSpec = Static<typeof TokenReviewSpec>;

export const UserInfo = object('io.k8s.api.authentication.v1.UserInfo', {
  extra: optional(map(list(string))),
  groups: optional(list(string, { listType: 'atomic' })),
  uid: optional(string),
  username: optional(string),
});
export type UserInfo = Static<typeof UserInfo>;

export const TokenReviewStatus = object('io.k8s.api.authentication.v1.TokenReviewStatus', {
  audiences: optional(list(string, { listType: 'atomic' })),
  authenticated: optional(boolean),
  error: optional(string),
  user: optional(UserInfo),
});
export type TokenReviewStatus = Static<typeof TokenReviewStatus>;

export const TokenReview = object('io.k8s.api.authentication.v1.TokenReview', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  spec: required(TokenReviewSpec, 'What is wanted.'),
  status: optional(TokenReviewStatus, 'What was last observed.'),
});
export type TokenReview = Static<typeof TokenReview>;

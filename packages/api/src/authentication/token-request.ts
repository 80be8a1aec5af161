import { ObjectMeta, int64, list, object, optional, stored, string, time, type Static } from '@wherry/apimachinery';

export const BoundObjectReference = object('io.k8s.api.authentication.v1.BoundObjectReference', {
  apiVersion: optional(string),
  kind: optional(string),
  name: optional(string),
  uid: optional(string),
});
export type BoundObjectReference = Static<typeof BoundObjectReference>;

export const TokenRequestSpec = object('io.k8s.api.authentication.v1.TokenRequestSpec', {
  audiences: optional(list(string, { listType: 'atomic' })),
  boundObjectRef: optional(BoundObjectReference),
  expirationSeconds: optional(int64),
});
export type TokenRequestSpec = Static<typeof TokenRequestSpec>;

export const TokenRequestStatus = object('io.k8s.api.authentication.v1.TokenRequestStatus', {
  expirationTimestamp: optional(time),
  token: optional(string),
});
export type TokenRequestStatus = Static<typeof TokenRequestStatus>;

export const TokenRequest = object('io.k8s.api.authentication.v1.TokenRequest', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  spec: stored(TokenRequestSpec, 'What is wanted.'),
  status: optional(TokenRequestStatus, 'What was last observed.'),
});
export type TokenRequest = Static<typeof TokenRequest>;

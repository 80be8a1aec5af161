import {
  ObjectMeta,
  boolean,
  int64,
  list,
  object,
  optional,
  required,
  stored,
  string,
  type Static,
} from '@wherry/apimachinery';

export const StorageTokenRequest = object('io.k8s.api.storage.v1.TokenRequest', {
  audience: required(string),
  expirationSeconds: optional(int64),
});
export type StorageTokenRequest = Static<typeof StorageTokenRequest>;

export const CSIDriverSpec = object('io.k8s.api.storage.v1.CSIDriverSpec', {
  attachRequired: optional(boolean),
  fsGroupPolicy: optional(string),
  nodeAllocatableUpdatePeriodSeconds: optional(int64),
  podInfoOnMount: optional(boolean),
  preventPodSchedulingIfMissing: optional(boolean),
  requiresRepublish: optional(boolean),
  seLinuxMount: optional(boolean),
  serviceAccountTokenInSecrets: optional(boolean),
  storageCapacity: optional(boolean),
  tokenRequests: optional(list(StorageTokenRequest, { listType: 'atomic' })),
  volumeLifecycleModes: optional(list(string, { listType: 'set' })),
});
export type CSIDriverSpec = Static<typeof CSIDriverSpec>;

export const CSIDriver = object('io.k8s.api.storage.v1.CSIDriver', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  spec: required(CSIDriverSpec, 'What is wanted.'),
});
export type CSIDriver = Static<typeof CSIDriver>;

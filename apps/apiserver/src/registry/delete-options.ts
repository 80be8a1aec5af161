import { ObjectMeta, boolean, int64, list, object, optional, string, type Static } from '@wherry/apimachinery';

export const Preconditions = object('io.k8s.apimachinery.pkg.apis.meta.v1.Preconditions', {
  resourceVersion: optional(string),
  uid: optional(string),
});

export const DeleteOptions = object('io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions', {
  apiVersion: optional(string),
  dryRun: optional(list(string)),
  gracePeriodSeconds: optional(int64),
  ignoreStoreReadErrorWithClusterBreakingPotential: optional(boolean),
  kind: optional(string),
  orphanDependents: optional(boolean),
  preconditions: optional(Preconditions),
  propagationPolicy: optional(string),
});
export type DeleteOptions = Static<typeof DeleteOptions>;

/** The body of pods/eviction. */
export const Eviction = object('io.k8s.api.policy.v1.Eviction', {
  apiVersion: optional(string),
  deleteOptions: optional(DeleteOptions),
  kind: optional(string),
  metadata: optional(ObjectMeta),
});
export type Eviction = Static<typeof Eviction>;

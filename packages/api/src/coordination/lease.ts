import { ObjectMeta, int32, microTime, object, optional, stored, string, type Static } from '@wherry/apimachinery';

export const LeaseSpec = object('io.k8s.api.coordination.v1.LeaseSpec', {
  acquireTime: optional(microTime),
  holderIdentity: optional(string),
  leaseDurationSeconds: optional(int32),
  leaseTransitions: optional(int32),
  preferredHolder: optional(string),
  renewTime: optional(microTime),
  strategy: optional(string),
});
export type LeaseSpec = Static<typeof LeaseSpec>;

export const Lease = object('io.k8s.api.coordination.v1.Lease', {
  apiVersion: optional(string),
  kind: optional(string),
  metadata: stored(ObjectMeta),
  spec: stored(LeaseSpec),
});
export type Lease = Static<typeof Lease>;

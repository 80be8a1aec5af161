import { ObjectMeta, int32, microTime, object, optional, stored, string, type Static } from '@wherry/apimachinery';

export const LeaseSpec = object('io.k8s.api.coordination.v1.LeaseSpec', {
  acquireTime: optional(microTime, 'When the holder took it.'),
  holderIdentity: optional(string, 'Who holds it.'),
  leaseDurationSeconds: optional(int32, 'How long others wait after the last renewal.'),
  leaseTransitions: optional(int32, 'How often the holder changed.'),
  preferredHolder: optional(string, 'Who should take it next.'),
  renewTime: optional(microTime, 'When the holder last renewed it.'),
  strategy: optional(string, 'How its holder is chosen.'),
});
export type LeaseSpec = Static<typeof LeaseSpec>;

export const Lease = object(
  'io.k8s.api.coordination.v1.Lease',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: stored(LeaseSpec, 'The claim.'),
  },
  { doc: 'A claim that its holder renews, for heartbeats and leader election.' },
);
export type Lease = Static<typeof Lease>;

import { ObjectMeta, boolean, int64, list, object, optional, stored, string, type Static } from '@wherry/apimachinery';

export const Preconditions = object('io.k8s.apimachinery.pkg.apis.meta.v1.Preconditions', {
  resourceVersion: optional(string),
  uid: optional(string),
});
export type Preconditions = Static<typeof Preconditions>;

export const DeleteOptions = object('io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions', {
  apiVersion: optional(string),
  dryRun: optional(list(string, { listType: 'atomic' })),
  gracePeriodSeconds: optional(int64),
  ignoreStoreReadErrorWithClusterBreakingPotential: optional(boolean),
  kind: optional(string),
  orphanDependents: optional(boolean),
  preconditions: optional(Preconditions),
  propagationPolicy: optional(string),
});
export type DeleteOptions = Static<typeof DeleteOptions>;

export const Eviction = object(
  'io.k8s.api.policy.v1.Eviction',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    deleteOptions: optional(DeleteOptions),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  },
  { doc: 'Asks for the deletion of a pod, as far as disruption budgets allow it.' },
);
export type Eviction = Static<typeof Eviction>;

import { Condition, ObjectMeta, list, object, optional, stored, string, type Static } from '@wherry/apimachinery';

export const ServiceCIDRSpec = object('io.k8s.api.networking.v1.ServiceCIDRSpec', {
  cidrs: optional(list(string, { listType: 'atomic' }), 'One range, or one of each address family.'),
});
export type ServiceCIDRSpec = Static<typeof ServiceCIDRSpec>;

export const ServiceCIDRStatus = object('io.k8s.api.networking.v1.ServiceCIDRStatus', {
  conditions: optional(
    list(Condition, { listType: 'map', mapKeys: ['type'], patchStrategy: 'merge', patchMergeKey: 'type' }),
    'Whether the range is in use.',
  ),
});
export type ServiceCIDRStatus = Static<typeof ServiceCIDRStatus>;

export const ServiceCIDR = object(
  'io.k8s.api.networking.v1.ServiceCIDR',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: stored(ServiceCIDRSpec, 'What is wanted.'),
    status: optional(ServiceCIDRStatus, 'What was last observed.'),
  },
  { doc: 'A range that cluster IPs are taken from.' },
);
export type ServiceCIDR = Static<typeof ServiceCIDR>;

import { leaseColumns } from '../columns/lease.ts';
import { Lease } from '../coordination/lease.ts';
import type { Resource } from '../resource.ts';
import { namespacedV1, metadataFields } from './fields.ts';

const common = { ...namespacedV1, group: 'coordination.k8s.io' } as const;

export const leases: Resource<Lease> = {
  ...common,
  kind: 'Lease',
  plural: 'leases',
  singular: 'lease',
  schema: Lease,
  columns: leaseColumns,
  selectableFields: metadataFields,
};

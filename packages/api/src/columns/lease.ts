import type { Lease } from '../coordination/lease.ts';
import type { Column } from '../resource.ts';
import { ageColumn, nameColumn } from './age.ts';

export const leaseColumns: readonly Column<Lease>[] = [
  nameColumn,
  {
    name: 'Holder',
    type: 'string',
    description: 'Who holds it now.',
    priority: 0,
    cell: (lease) => lease.spec.holderIdentity ?? '',
  },
  ageColumn,
];

import type { ServiceAccount } from '../core/service-account.ts';
import type { Column } from '../resource.ts';
import { ageColumn, nameColumn } from './age.ts';

export const serviceAccountColumns: readonly Column<ServiceAccount>[] = [
  nameColumn,
  {
    name: 'Secrets',
    type: 'string',
    description: 'How many secrets it refers to.',
    priority: 0,
    cell: (account) => account.secrets?.length ?? 0,
  },
  ageColumn,
];

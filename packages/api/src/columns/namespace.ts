import type { Namespace } from '../core/namespace.ts';
import type { Column } from '../resource.ts';
import { ageColumn, nameColumn } from './age.ts';

export const namespaceColumns: readonly Column<Namespace>[] = [
  nameColumn,
  {
    name: 'Status',
    type: 'string',
    description: 'Active, or Terminating.',
    priority: 0,
    cell: (namespace) => namespace.status?.phase ?? '',
  },
  ageColumn,
];

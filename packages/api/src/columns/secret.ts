import type { Secret } from '../core/secret.ts';
import type { Column } from '../resource.ts';
import { ageColumn, nameColumn } from './age.ts';

export const secretColumns: readonly Column<Secret>[] = [
  nameColumn,
  {
    name: 'Type',
    type: 'string',
    description: 'What kind of data it holds.',
    priority: 0,
    cell: (secret) => secret.type ?? '',
  },
  {
    name: 'Data',
    type: 'string',
    description: 'How many keys it has.',
    priority: 0,
    cell: (secret) => Object.keys(secret.data ?? {}).length,
  },
  ageColumn,
];

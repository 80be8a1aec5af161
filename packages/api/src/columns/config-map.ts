import type { ConfigMap } from '../core/config-map.ts';
import type { Column } from '../resource.ts';
import { ageColumn, nameColumn } from './age.ts';

export const configMapColumns: readonly Column<ConfigMap>[] = [
  nameColumn,
  {
    name: 'Data',
    type: 'string',
    description: 'How many keys it has, text and binary.',
    priority: 0,
    cell: (map) => Object.keys(map.data ?? {}).length + Object.keys(map.binaryData ?? {}).length,
  },
  ageColumn,
];

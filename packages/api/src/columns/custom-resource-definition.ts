import type { CustomResourceDefinition } from '../apiextensions/custom-resource-definition.ts';
import type { Column } from '../resource.ts';
import { nameColumn } from './age.ts';
import { column } from './text-column.ts';

export const customResourceDefinitionColumns: readonly Column<CustomResourceDefinition>[] = [
  nameColumn,
  column('Created At', 'When it was created.', ({ metadata }) => metadata.creationTimestamp ?? '', 'date'),
];

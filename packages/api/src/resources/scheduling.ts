import { priorityClassColumns } from '../columns/storage.ts';
import { PriorityClass } from '../scheduling/priority-class.ts';
import type { Resource } from '../resource.ts';
import { namespacedV1, nameField } from './fields.ts';

const common = { ...namespacedV1, group: 'scheduling.k8s.io' } as const;

export const priorityClasses: Resource<PriorityClass> = {
  ...common,
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  singular: 'priorityclass',
  shortNames: ['pc'],
  namespaced: false,
  schema: PriorityClass,
  columns: priorityClassColumns,
  selectableFields: nameField,
};

import { runtimeClassColumns } from '../columns/storage.ts';
import { RuntimeClass } from '../node/runtime-class.ts';
import type { Resource } from '../resource.ts';
import { namespacedV1, nameField } from './fields.ts';

const common = { ...namespacedV1, group: 'node.k8s.io' } as const;

export const runtimeClasses: Resource<RuntimeClass> = {
  ...common,
  kind: 'RuntimeClass',
  plural: 'runtimeclasses',
  singular: 'runtimeclass',
  namespaced: false,
  schema: RuntimeClass,
  columns: runtimeClassColumns,
  selectableFields: nameField,
};

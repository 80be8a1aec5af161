import { flowSchemaColumns, priorityLevelColumns } from '../columns/admission.ts';
import { FlowSchema } from '../flowcontrol/flow-schema.ts';
import { PriorityLevelConfiguration } from '../flowcontrol/priority-level-configuration.ts';
import type { Resource } from '../resource.ts';
import { namespacedV1, nameField } from './fields.ts';

const common = { ...namespacedV1, group: 'flowcontrol.apiserver.k8s.io' } as const;

export const flowSchemas: Resource<FlowSchema> = {
  ...common,
  kind: 'FlowSchema',
  plural: 'flowschemas',
  singular: 'flowschema',
  namespaced: false,
  schema: FlowSchema,
  subresources: ['status'],
  columns: flowSchemaColumns,
  selectableFields: nameField,
};

export const priorityLevelConfigurations: Resource<PriorityLevelConfiguration> = {
  ...common,
  kind: 'PriorityLevelConfiguration',
  plural: 'prioritylevelconfigurations',
  singular: 'prioritylevelconfiguration',
  namespaced: false,
  schema: PriorityLevelConfiguration,
  subresources: ['status'],
  columns: priorityLevelColumns,
  selectableFields: nameField,
};

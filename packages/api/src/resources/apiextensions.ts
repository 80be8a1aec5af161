import { CustomResourceDefinition } from '../apiextensions/custom-resource-definition.ts';
import { customResourceDefinitionColumns } from '../columns/custom-resource-definition.ts';
import type { Resource } from '../resource.ts';
import { namespacedV1, nameField } from './fields.ts';

const common = { ...namespacedV1, group: 'apiextensions.k8s.io' } as const;

export const customResourceDefinitions: Resource<CustomResourceDefinition> = {
  ...common,
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  singular: 'customresourcedefinition',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  namespaced: false,
  schema: CustomResourceDefinition,
  subresources: ['status'],
  columns: customResourceDefinitionColumns,
  selectableFields: nameField,
};

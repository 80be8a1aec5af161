import { APIService } from '../apiregistration/api-service.ts';
import { apiServiceColumns } from '../columns/admission.ts';
import type { Resource } from '../resource.ts';
import { namespacedV1, nameField } from './fields.ts';

const common = { ...namespacedV1, group: 'apiregistration.k8s.io' } as const;

export const apiServices: Resource<APIService> = {
  ...common,
  kind: 'APIService',
  plural: 'apiservices',
  singular: 'apiservice',
  categories: ['api-extensions'],
  namespaced: false,
  schema: APIService,
  subresources: ['status'],
  columns: apiServiceColumns,
  selectableFields: nameField,
};

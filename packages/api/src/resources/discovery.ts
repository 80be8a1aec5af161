import { endpointSliceColumns } from '../columns/endpoints.ts';
import { EndpointSlice } from '../discovery/endpoint-slice.ts';
import type { Resource } from '../resource.ts';
import { namespacedV1, metadataFields } from './fields.ts';

const common = { ...namespacedV1, group: 'discovery.k8s.io' } as const;

export const endpointSlices: Resource<EndpointSlice> = {
  ...common,
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  singular: 'endpointslice',
  schema: EndpointSlice,
  columns: endpointSliceColumns,
  selectableFields: metadataFields,
};

import {
  deviceClassColumns,
  resourceClaimColumns,
  resourceClaimTemplateColumns,
  resourceSliceColumns,
} from '../columns/devices.ts';
import type { Resource } from '../resource.ts';
import { DeviceClass } from '../resource/device-class.ts';
import { ResourceClaimTemplate } from '../resource/resource-claim-template.ts';
import { DynamicResourceClaim } from '../resource/resource-claim.ts';
import { ResourceSlice } from '../resource/resource-slice.ts';
import { metadataFields, nameField, namespacedV1 } from './fields.ts';

const common = { ...namespacedV1, group: 'resource.k8s.io' } as const;

export const deviceClasses: Resource<DeviceClass> = {
  ...common,
  kind: 'DeviceClass',
  plural: 'deviceclasses',
  singular: 'deviceclass',
  namespaced: false,
  schema: DeviceClass,
  columns: deviceClassColumns,
  selectableFields: nameField,
};

export const resourceClaims: Resource<DynamicResourceClaim> = {
  ...common,
  kind: 'ResourceClaim',
  plural: 'resourceclaims',
  singular: 'resourceclaim',
  schema: DynamicResourceClaim,
  subresources: ['status'],
  columns: resourceClaimColumns,
  selectableFields: metadataFields,
};

export const resourceClaimTemplates: Resource<ResourceClaimTemplate> = {
  ...common,
  kind: 'ResourceClaimTemplate',
  plural: 'resourceclaimtemplates',
  singular: 'resourceclaimtemplate',
  schema: ResourceClaimTemplate,
  columns: resourceClaimTemplateColumns,
  selectableFields: metadataFields,
};

export const resourceSlices: Resource<ResourceSlice> = {
  ...common,
  kind: 'ResourceSlice',
  plural: 'resourceslices',
  singular: 'resourceslice',
  namespaced: false,
  schema: ResourceSlice,
  columns: resourceSliceColumns,
  selectableFields: {
    ...nameField,
    'spec.nodeName': ({ spec }) => spec.nodeName ?? '',
    'spec.driver': ({ spec }) => spec.driver,
  },
};

import {
  csiDriverColumns,
  csiNodeColumns,
  csiStorageCapacityColumns,
  storageClassColumns,
  volumeAttachmentColumns,
  volumeAttributesClassColumns,
} from '../columns/storage.ts';
import { CSIDriver } from '../storage/csi-driver.ts';
import { CSINode } from '../storage/csi-node.ts';
import { CSIStorageCapacity } from '../storage/csi-storage-capacity.ts';
import { StorageClass } from '../storage/storage-class.ts';
import { VolumeAttachment } from '../storage/volume-attachment.ts';
import { VolumeAttributesClass } from '../storage/volume-attributes-class.ts';
import type { Resource } from '../resource.ts';
import { namespacedV1, metadataFields, nameField } from './fields.ts';

const common = { ...namespacedV1, group: 'storage.k8s.io' } as const;

export const storageClasses: Resource<StorageClass> = {
  ...common,
  kind: 'StorageClass',
  plural: 'storageclasses',
  singular: 'storageclass',
  shortNames: ['sc'],
  namespaced: false,
  schema: StorageClass,
  columns: storageClassColumns,
  selectableFields: nameField,
};

export const volumeAttachments: Resource<VolumeAttachment> = {
  ...common,
  kind: 'VolumeAttachment',
  plural: 'volumeattachments',
  singular: 'volumeattachment',
  namespaced: false,
  schema: VolumeAttachment,
  subresources: ['status'],
  columns: volumeAttachmentColumns,
  selectableFields: nameField,
};

export const csiDrivers: Resource<CSIDriver> = {
  ...common,
  kind: 'CSIDriver',
  plural: 'csidrivers',
  singular: 'csidriver',
  namespaced: false,
  schema: CSIDriver,
  columns: csiDriverColumns,
  selectableFields: nameField,
};

export const csiNodes: Resource<CSINode> = {
  ...common,
  kind: 'CSINode',
  plural: 'csinodes',
  singular: 'csinode',
  namespaced: false,
  schema: CSINode,
  columns: csiNodeColumns,
  selectableFields: nameField,
};

export const csiStorageCapacities: Resource<CSIStorageCapacity> = {
  ...common,
  kind: 'CSIStorageCapacity',
  plural: 'csistoragecapacities',
  singular: 'csistoragecapacity',
  schema: CSIStorageCapacity,
  columns: csiStorageCapacityColumns,
  selectableFields: metadataFields,
};

export const volumeAttributesClasses: Resource<VolumeAttributesClass> = {
  ...common,
  kind: 'VolumeAttributesClass',
  plural: 'volumeattributesclasses',
  singular: 'volumeattributesclass',
  shortNames: ['vac'],
  namespaced: false,
  schema: VolumeAttributesClass,
  columns: volumeAttributesClassColumns,
  selectableFields: nameField,
};

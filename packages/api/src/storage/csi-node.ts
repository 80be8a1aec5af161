import { ObjectMeta, int32, list, object, optional, required, stored, string, type Static } from '@wherry/apimachinery';

export const VolumeNodeResources = object('io.k8s.api.storage.v1.VolumeNodeResources', {
  count: optional(int32, 'How many volumes can be attached.'),
});
export type VolumeNodeResources = Static<typeof VolumeNodeResources>;

export const CSINodeDriver = object('io.k8s.api.storage.v1.CSINodeDriver', {
  allocatable: optional(VolumeNodeResources, 'How much the driver can attach on this node.'),
  name: required(string, 'The driver.'),
  nodeID: required(string, 'The name by which the driver knows the node.'),
  topologyKeys: optional(list(string, { listType: 'atomic' }), 'The labels by which the driver tells nodes apart.'),
});
export type CSINodeDriver = Static<typeof CSINodeDriver>;

export const CSINodeSpec = object('io.k8s.api.storage.v1.CSINodeSpec', {
  drivers: required(
    list(CSINodeDriver, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge', patchMergeKey: 'name' }),
    'The drivers that run on the node.',
  ),
});
export type CSINodeSpec = Static<typeof CSINodeSpec>;

export const CSINode = object(
  'io.k8s.api.storage.v1.CSINode',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: required(CSINodeSpec, 'What is wanted.'),
  },
  { doc: 'The CSI drivers of a node. Its name is the name of the node.' },
);
export type CSINode = Static<typeof CSINode>;

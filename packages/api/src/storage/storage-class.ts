import {
  ObjectMeta,
  boolean,
  list,
  map,
  object,
  optional,
  required,
  stored,
  string,
  type Static,
} from '@wherry/apimachinery';

export const TopologySelectorLabelRequirement = object('io.k8s.api.core.v1.TopologySelectorLabelRequirement', {
  key: required(string),
  values: required(list(string, { listType: 'atomic' })),
});
export type TopologySelectorLabelRequirement = Static<typeof TopologySelectorLabelRequirement>;

export const TopologySelectorTerm = object(
  'io.k8s.api.core.v1.TopologySelectorTerm',
  {
    matchLabelExpressions: optional(list(TopologySelectorLabelRequirement, { listType: 'atomic' })),
  },
  { mapType: 'atomic' },
);
export type TopologySelectorTerm = Static<typeof TopologySelectorTerm>;

export const StorageClass = object('io.k8s.api.storage.v1.StorageClass', {
  allowVolumeExpansion: optional(boolean),
  allowedTopologies: optional(list(TopologySelectorTerm, { listType: 'atomic' })),
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  mountOptions: optional(list(string, { listType: 'atomic' })),
  parameters: optional(map(string)),
  provisioner: required(string),
  reclaimPolicy: optional(string),
  volumeBindingMode: optional(string),
});
export type StorageClass = Static<typeof StorageClass>;

/** Claims without a class get this one; the youngest, if several are marked. */
export function isDefaultStorageClass({ metadata }: StorageClass): boolean {
  const marks = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];
  return marks.some((mark) => metadata.annotations?.[mark] === 'true');
}

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
  key: required(string, 'The label of nodes.'),
  values: required(list(string, { listType: 'atomic' }), 'Any of these values.'),
});
export type TopologySelectorLabelRequirement = Static<typeof TopologySelectorLabelRequirement>;

export const TopologySelectorTerm = object(
  'io.k8s.api.core.v1.TopologySelectorTerm',
  {
    matchLabelExpressions: optional(
      list(TopologySelectorLabelRequirement, { listType: 'atomic' }),
      'What the labels of the nodes must be; all parts must hold.',
    ),
  },
  { mapType: 'atomic' },
);
export type TopologySelectorTerm = Static<typeof TopologySelectorTerm>;

export const StorageClass = object(
  'io.k8s.api.storage.v1.StorageClass',
  {
    allowVolumeExpansion: optional(boolean, 'Whether claims may grow.'),
    allowedTopologies: optional(list(TopologySelectorTerm, { listType: 'atomic' }), 'Where volumes may be made.'),
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    mountOptions: optional(list(string, { listType: 'atomic' }), 'How its volumes are mounted.'),
    parameters: optional(map(string), 'What the provisioner is told.'),
    provisioner: required(string, 'Who makes the volumes. It cannot change.'),
    reclaimPolicy: optional(string, 'What becomes of a volume after its claim: Delete (the default) or Retain.'),
    volumeBindingMode: optional(string, 'Immediate (the default), or WaitForFirstConsumer.'),
  },
  { doc: 'A way in which volumes are made.' },
);
export type StorageClass = Static<typeof StorageClass>;

/** Claims without a class get this one; the youngest, if several are marked. */
export function isDefaultStorageClass({ metadata }: StorageClass): boolean {
  const marks = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];
  return marks.some((mark) => metadata.annotations?.[mark] === 'true');
}

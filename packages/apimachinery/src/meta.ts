import {
  boolean,
  fieldsV1,
  int64,
  list,
  map,
  object,
  optional,
  required,
  stored,
  string,
  time,
  type Static,
} from './schema.ts';

export const ManagedFieldsEntry = object('io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry', {
  apiVersion: optional(string),
  fieldsType: optional(string),
  fieldsV1: optional(fieldsV1),
  manager: optional(string),
  operation: optional(string),
  subresource: optional(string),
  time: optional(time),
});
export type ManagedFieldsEntry = Static<typeof ManagedFieldsEntry>;

export const OwnerReference = object(
  'io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference',
  {
    apiVersion: required(string, 'The group and version of the owner.'),
    blockOwnerDeletion: optional(boolean, 'Whether a foreground deletion of the owner waits for this object.'),
    controller: optional(boolean, 'Whether the owner is the controller of this object.'),
    kind: required(string, 'The kind of the owner.'),
    name: required(string, 'The name of the owner.'),
    uid: required(string, 'The uid of the owner.'),
  },
  { mapType: 'atomic' },
);
export type OwnerReference = Static<typeof OwnerReference>;

export const ObjectMeta = object(
  'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta',
  {
    annotations: optional(map(string), 'Any further data, for tools.'),
    creationTimestamp: optional(time, 'When it was created.'),
    deletionGracePeriodSeconds: optional(int64, 'How long it may take to end.'),
    deletionTimestamp: optional(time, 'When it will be gone; set when its deletion is asked for.'),
    finalizers: optional(
      list(string, { listType: 'set', patchStrategy: 'merge' }),
      'Who must have finished before it goes.',
    ),
    generateName: optional(string, 'The start of a name that the server completes.'),
    generation: optional(int64, 'Counts changes of what is wanted.'),
    labels: optional(map(string), 'Keys and values to select by.'),
    managedFields: optional(list(ManagedFieldsEntry, { listType: 'atomic' }), 'Who manages which fields.'),
    name: stored(string, 'Its name, unique among its kind in the namespace. It cannot change.'),
    namespace: optional(string, 'The namespace it is in. It cannot change.'),
    ownerReferences: optional(
      list(OwnerReference, { listType: 'map', mapKeys: ['uid'], patchStrategy: 'merge', patchMergeKey: 'uid' }),
      'The objects that it belongs to; it goes with the last of them.',
    ),
    resourceVersion: optional(string, 'The version of the object, opaque to clients.'),
    selfLink: optional(string, 'No longer set.'),
    uid: optional(string, 'Its identity in time and space.'),
  },
  { doc: 'What every object has.' },
);
export type ObjectMeta = Static<typeof ObjectMeta>;

export const LabelSelectorRequirement = object('io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement', {
  key: required(string, 'The label.'),
  operator: required(string, 'In, NotIn, Exists or DoesNotExist.'),
  values: optional(list(string, { listType: 'atomic' }), 'The values.'),
});
export type LabelSelectorRequirement = Static<typeof LabelSelectorRequirement>;

export const LabelSelector = object(
  'io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector',
  {
    matchExpressions: optional(list(LabelSelectorRequirement, { listType: 'atomic' }), 'Conditions on labels.'),
    matchLabels: optional(map(string), 'Labels with their values.'),
  },
  { doc: 'Selects by labels; all parts must hold. Empty selects everything.', mapType: 'atomic' },
);
export type LabelSelector = Static<typeof LabelSelector>;

export const Condition = object('io.k8s.apimachinery.pkg.apis.meta.v1.Condition', {
  lastTransitionTime: required(time, 'When its status last changed.'),
  message: required(string, 'Why, for people.'),
  observedGeneration: optional(int64, 'The generation that it is about.'),
  reason: required(string, 'Why, in one word for machines.'),
  status: required(string, 'True, False or Unknown.'),
  type: required(string, 'Which condition.'),
});
export type Condition = Static<typeof Condition>;

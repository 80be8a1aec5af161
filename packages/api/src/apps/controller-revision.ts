import {
  ObjectMeta,
  int64,
  object,
  optional,
  rawExtension,
  required,
  stored,
  string,
  type Static,
} from '@wherry/apimachinery';

export const ControllerRevision = object(
  'io.k8s.api.apps.v1.ControllerRevision',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    data: optional(rawExtension, 'The state that is remembered, in the words of its owner.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    revision: required(int64),
  },
  { doc: 'A past state of a workload, to go back to.' },
);
export type ControllerRevision = Static<typeof ControllerRevision>;

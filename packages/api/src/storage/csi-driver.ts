import {
  ObjectMeta,
  boolean,
  int64,
  list,
  object,
  optional,
  required,
  stored,
  string,
  type Static,
} from '@wherry/apimachinery';

export const StorageTokenRequest = object('io.k8s.api.storage.v1.TokenRequest', {
  audience: required(string, 'For whom the token is.'),
  expirationSeconds: optional(int64, 'How long it is good.'),
});
export type StorageTokenRequest = Static<typeof StorageTokenRequest>;

export const CSIDriverSpec = object('io.k8s.api.storage.v1.CSIDriverSpec', {
  attachRequired: optional(
    boolean,
    'Whether volumes have to be attached to a node before they are mounted. It cannot change.',
  ),
  fsGroupPolicy: optional(
    string,
    'Who changes the ownership of files: ReadWriteOnceWithFSType (the default), File or None.',
  ),
  nodeAllocatableUpdatePeriodSeconds: optional(int64, 'How often it is asked how much a node can attach.'),
  podInfoOnMount: optional(boolean, 'Whether it is told of the pod.'),
  preventPodSchedulingIfMissing: optional(boolean, 'Whether nodes without the driver are left out.'),
  requiresRepublish: optional(boolean, 'Whether it is called again and again for volumes that are mounted.'),
  seLinuxMount: optional(boolean, 'Whether it can mount with an SELinux context.'),
  serviceAccountTokenInSecrets: optional(boolean, 'Whether tokens are given as secrets rather than in the context.'),
  storageCapacity: optional(boolean, 'Whether it publishes how much room is left.'),
  tokenRequests: optional(
    list(StorageTokenRequest, { listType: 'atomic' }),
    'The tokens of the pod’s service account that it is given.',
  ),
  volumeLifecycleModes: optional(
    list(string, { listType: 'set' }),
    'Persistent (the default), Ephemeral or both. It cannot change.',
  ),
});
export type CSIDriverSpec = Static<typeof CSIDriverSpec>;

export const CSIDriver = object(
  'io.k8s.api.storage.v1.CSIDriver',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: required(CSIDriverSpec, 'What is wanted.'),
  },
  { doc: 'What the cluster has to know of a CSI driver.' },
);
export type CSIDriver = Static<typeof CSIDriver>;

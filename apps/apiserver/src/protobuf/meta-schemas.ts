import {
  ManagedFieldsEntry,
  ObjectMeta,
  boolean,
  int32,
  int64,
  list,
  object,
  optional,
  required,
  string,
  type ObjectSchema,
} from '@wherry/apimachinery';

/** What is spoken besides the kinds themselves: answers, lists of metadata, discovery. Of meta.k8s.io and the core group. */
const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';

export const ListMeta = object(`${meta}.ListMeta`, {
  continue: optional(string),
  remainingItemCount: optional(int64),
  resourceVersion: optional(string),
  selfLink: optional(string),
});

const StatusCause = object(`${meta}.StatusCause`, {
  field: optional(string),
  message: optional(string),
  reason: optional(string),
});

const StatusDetails = object(`${meta}.StatusDetails`, {
  causes: optional(list(StatusCause)),
  group: optional(string),
  kind: optional(string),
  name: optional(string),
  retryAfterSeconds: optional(int32),
  uid: optional(string),
});

const Status = object(`${meta}.Status`, {
  code: optional(int32),
  details: optional(StatusDetails),
  message: optional(string),
  metadata: optional(ListMeta),
  reason: optional(string),
  status: optional(string),
});

export const PartialObjectMetadata = object(`${meta}.PartialObjectMetadata`, { metadata: optional(ObjectMeta) });

const GroupVersionForDiscovery = object(`${meta}.GroupVersionForDiscovery`, {
  groupVersion: required(string),
  version: required(string),
});

const ServerAddressByClientCIDR = object(`${meta}.ServerAddressByClientCIDR`, {
  clientCIDR: required(string),
  serverAddress: required(string),
});

const APIGroup = object(`${meta}.APIGroup`, {
  name: required(string),
  preferredVersion: optional(GroupVersionForDiscovery),
  serverAddressByClientCIDRs: optional(list(ServerAddressByClientCIDR)),
  versions: required(list(GroupVersionForDiscovery)),
});

const APIGroupList = object(`${meta}.APIGroupList`, { groups: required(list(APIGroup)) });

/** `verbs` is a message of its own upstream; the encoder knows that a list in the place of a message is its first field. */
const APIResource = object(`${meta}.APIResource`, {
  categories: optional(list(string)),
  group: optional(string),
  kind: required(string),
  name: required(string),
  namespaced: required(boolean),
  shortNames: optional(list(string)),
  singularName: required(string),
  storageVersionHash: optional(string),
  verbs: required(list(string)),
  version: optional(string),
});

const APIResourceList = object(`${meta}.APIResourceList`, {
  groupVersion: required(string),
  resources: required(list(APIResource)),
});

const APIVersions = object(`${meta}.APIVersions`, {
  serverAddressByClientCIDRs: required(list(ServerAddressByClientCIDR)),
  versions: required(list(string)),
});

/** By `apiVersion/kind`. */
export const metaKinds: Readonly<Record<string, ObjectSchema>> = {
  'v1/Status': Status,
  'v1/APIGroup': APIGroup,
  'v1/APIGroupList': APIGroupList,
  'v1/APIResourceList': APIResourceList,
  'v1/APIVersions': APIVersions,
  'meta.k8s.io/v1/PartialObjectMetadata': PartialObjectMetadata,
};

export const metaSchemas: readonly ObjectSchema[] = [...Object.values(metaKinds), ListMeta, ManagedFieldsEntry];

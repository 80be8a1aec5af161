import {
  ObjectMeta,
  bytes,
  int32,
  list,
  map,
  object,
  optional,
  required,
  stored,
  string,
  time,
  type Static,
} from '@wherry/apimachinery';

export const CertificateSigningRequestSpec = object('io.k8s.api.certificates.v1.CertificateSigningRequestSpec', {
  expirationSeconds: optional(int32),
  extra: optional(map(list(string))),
  groups: optional(list(string, { listType: 'atomic' })),
  request: required(bytes),
  signerName: required(string),
  uid: optional(string),
  usages: optional(list(string, { listType: 'atomic' })),
  username: optional(string),
});
export type CertificateSigningRequestSpec = Static<typeof CertificateSigningRequestSpec>;

export const CertificateSigningRequestCondition = object(
  'io.k8s.api.certificates.v1.CertificateSigningRequestCondition',
  {
    lastTransitionTime: optional(time),
    lastUpdateTime: optional(time),
    message: optional(string),
    reason: optional(string),
    status: required(string),
    type: required(string),
  },
);
export type CertificateSigningRequestCondition = Static<typeof CertificateSigningRequestCondition>;

export const CertificateSigningRequestStatus = object('io.k8s.api.certificates.v1.CertificateSigningRequestStatus', {
  certificate: optional(bytes),
  conditions: optional(list(CertificateSigningRequestCondition, { listType: 'map', mapKeys: ['type'] })),
});
export type CertificateSigningRequestStatus = Static<typeof CertificateSigningRequestStatus>;

export const CertificateSigningRequest = object('io.k8s.api.certificates.v1.CertificateSigningRequest', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  spec: required(CertificateSigningRequestSpec, 'What is wanted.'),
  status: optional(CertificateSigningRequestStatus, 'What was last observed.'),
});
export type CertificateSigningRequest = Static<typeof CertificateSigningRequest>;

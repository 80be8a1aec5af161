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
  expirationSeconds: optional(
    int32,
    'How long the certificate shall be valid, 600 at least; the signer may give less or more.',
  ),
  extra: optional(map(list(string)), 'What else the server knew of who asked.'),
  groups: optional(list(string, { listType: 'atomic' }), 'The groups of who asked.'),
  request: required(bytes, 'The PKCS #10 request in PEM, base64.'),
  signerName: required(string, 'Who shall sign, as `domain/path`.'),
  uid: optional(string, 'The uid of who asked.'),
  usages: optional(list(string, { listType: 'atomic' }), 'What the certificate shall be good for.'),
  username: optional(string, 'Who asked. Set by the server, as all of who asked.'),
});
export type CertificateSigningRequestSpec = Static<typeof CertificateSigningRequestSpec>;

export const CertificateSigningRequestCondition = object(
  'io.k8s.api.certificates.v1.CertificateSigningRequestCondition',
  {
    lastTransitionTime: optional(time, 'When its status last changed.'),
    lastUpdateTime: optional(time, 'When it was last written.'),
    message: optional(string, 'Why, for people.'),
    reason: optional(string, 'Why, in one word.'),
    status: required(string, 'True, False or Unknown; the types above only ever True.'),
    type: required(string, 'Approved, Denied, Failed or one of the signer’s.'),
  },
);
export type CertificateSigningRequestCondition = Static<typeof CertificateSigningRequestCondition>;

export const CertificateSigningRequestStatus = object('io.k8s.api.certificates.v1.CertificateSigningRequestStatus', {
  certificate: optional(bytes, 'What was signed, in PEM, base64.'),
  conditions: optional(
    list(CertificateSigningRequestCondition, { listType: 'map', mapKeys: ['type'] }),
    'What was decided, and how it went.',
  ),
});
export type CertificateSigningRequestStatus = Static<typeof CertificateSigningRequestStatus>;

export const CertificateSigningRequest = object(
  'io.k8s.api.certificates.v1.CertificateSigningRequest',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: required(CertificateSigningRequestSpec, 'What is wanted.'),
    status: optional(CertificateSigningRequestStatus, 'What was last observed.'),
  },
  { doc: 'Asks a signer for a certificate.' },
);
export type CertificateSigningRequest = Static<typeof CertificateSigningRequest>;

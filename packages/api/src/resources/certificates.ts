import { CertificateSigningRequest } from '../certificates/certificate-signing-request.ts';
import { certificateSigningRequestColumns } from '../columns/certificate-signing-request.ts';
import type { Resource } from '../resource.ts';
import { namespacedV1, nameField } from './fields.ts';

const common = { ...namespacedV1, group: 'certificates.k8s.io' } as const;

export const certificateSigningRequests: Resource<CertificateSigningRequest> = {
  ...common,
  kind: 'CertificateSigningRequest',
  plural: 'certificatesigningrequests',
  singular: 'certificatesigningrequest',
  shortNames: ['csr'],
  namespaced: false,
  schema: CertificateSigningRequest,
  subresources: ['status', 'approval'],
  columns: certificateSigningRequestColumns,
  selectableFields: { ...nameField, 'spec.signerName': ({ spec }) => spec.signerName },
};

import type { CertificateSigningRequest } from '@wherry/api';
import { isSigningRequest, refuseRequest } from './certificate-signers.ts';
import type { AdmissionPlugin } from './chain.ts';

const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client';
const MASTERS = 'system:masters';

/** Nobody becomes a member of system:masters by a certificate that he has asked for. */
export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  concerns: ['certificates.k8s.io/certificatesigningrequests'],
  async validate(request) {
    if (!isSigningRequest(request) || request.operation !== 'CREATE' || request.subresource !== '') return;
    const { spec } = request.object as CertificateSigningRequest;
    if (spec.signerName !== CLIENT_SIGNER) return;
    // The X.509 library is large: it is loaded when the first request comes.
    const { readCertificateRequest } = await import('@wherry/pki/certificate-request');
    const text = Buffer.from(spec.request, 'base64').toString();
    const { organizations } = await readCertificateRequest(text).catch((error: Error) => {
      throw refuseRequest(request, `failed to parse CSR: ${error.message}`);
    });
    if (!organizations.includes(MASTERS)) return;
    throw refuseRequest(request, `use of ${CLIENT_SIGNER} signer with ${MASTERS} group is not allowed`);
  },
};

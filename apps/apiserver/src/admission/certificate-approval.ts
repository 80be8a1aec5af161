import { checkSigner, isSigningRequest } from './certificate-signers.ts';
import type { AdmissionPlugin } from './chain.ts';

/** Who approves a request must be allowed to for its signer. */
export const certificateApproval: AdmissionPlugin = {
  name: 'CertificateApproval',
  concerns: ['certificates.k8s.io/certificatesigningrequests'],
  validate(request, registry) {
    if (!isSigningRequest(request) || request.operation !== 'UPDATE' || request.subresource !== 'approval') return;
    checkSigner(request, registry, 'approve');
  },
};

import type { CertificateSigningRequest } from '@wherry/api';
import { deepEqual } from '@wherry/apimachinery';
import { checkSigner, isSigningRequest } from './certificate-signers.ts';
import type { AdmissionPlugin, AdmissionRequest } from './chain.ts';

/** Who hands out a certificate, or says that there will be none, must be allowed to for its signer. */
export const certificateSigning: AdmissionPlugin = {
  name: 'CertificateSigning',
  concerns: ['certificates.k8s.io/certificatesigningrequests'],
  validate(request, registry) {
    if (!isSigningRequest(request) || request.operation !== 'UPDATE' || request.subresource !== 'status') return;
    const [before, after] = [statusOf(request.old), statusOf(request.object)];
    const same = (before.certificate ?? '') === (after.certificate ?? '');
    if (same && deepEqual(before.conditions ?? [], after.conditions ?? [])) return;
    checkSigner(request, registry, 'sign');
  },
};

function statusOf(object: AdmissionRequest['object']): NonNullable<CertificateSigningRequest['status']> {
  return (object as CertificateSigningRequest | undefined)?.status ?? {};
}

import type { CertificateSigningRequest } from '@wherry/api';
import { forbidden, type StatusError } from '@wherry/apimachinery';
import { resourceAttributes } from '../authorization/authorizer.ts';
import type { Registry } from '../registry/registry.ts';
import type { AdmissionRequest } from './chain.ts';

export function isSigningRequest({ served }: AdmissionRequest): boolean {
  return served.resource.group === 'certificates.k8s.io' && served.resource.plural === 'certificatesigningrequests';
}

/** By the signer's name, or by its domain: `example.com/*`. Throws 403. */
export function checkSigner(request: AdmissionRequest, { authorizer }: Registry, verb: 'approve' | 'sign'): void {
  const { signerName } = (request.old as CertificateSigningRequest).spec;
  const allowed = [signerName, `${signerName.split('/', 1)[0]}/*`].some((name) => {
    const attributes = resourceAttributes({ verb, group: 'certificates.k8s.io', resource: 'signers', name });
    return authorizer.authorize(request.user, attributes).allowed;
  });
  if (allowed) return;
  throw refuseRequest(request, `user not permitted to ${verb} requests with signerName ${JSON.stringify(signerName)}`);
}

export function refuseRequest({ name, object }: AdmissionRequest, why: string): StatusError {
  const resource = { group: 'certificates.k8s.io', resource: 'certificatesigningrequests' };
  return forbidden(resource, object?.metadata.name ?? name, why);
}

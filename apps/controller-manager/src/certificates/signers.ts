import type { CertificateSigningRequest } from '@wherry/api';
import type { CertificateRequest } from '@wherry/pki/certificate-request';

const clientSigner = 'kubernetes.io/kube-apiserver-client';
export const kubeletClientSigner = 'kubernetes.io/kube-apiserver-client-kubelet';
const kubeletServingSigner = 'kubernetes.io/kubelet-serving';
const legacySigner = 'kubernetes.io/legacy-unknown';

/** What each signer of ours refuses to sign, in upstream's words; undefined: nothing. */
export const signers: Readonly<
  Record<string, (request: CertificateRequest, usages: readonly string[]) => string | undefined>
> = {
  [clientSigner]: (_, usages) => clientUsageError(usages),
  [kubeletClientSigner]: kubeletClientError,
  [kubeletServingSigner]: kubeletServingError,
  [legacySigner]: () => undefined,
};

export function kubeletClientError(request: CertificateRequest, usages: readonly string[]): string | undefined {
  if (!isNodes(request)) return 'subject organization is not system:nodes';
  if (request.dnsNames.length > 0) return 'DNS subjectAltNames are not allowed';
  if (request.emailAddresses.length > 0) return 'Email subjectAltNames are not allowed';
  if (request.ipAddresses.length > 0) return 'IP subjectAltNames are not allowed';
  if (request.uris.length > 0) return 'URI subjectAltNames are not allowed';
  if (!request.commonName.startsWith('system:node:')) return 'subject common name does not begin with system:node:';
  return nodeUsageError(usages, 'client auth');
}

function kubeletServingError(request: CertificateRequest, usages: readonly string[]): string | undefined {
  if (!isNodes(request)) return 'subject organization is not system:nodes';
  if (request.dnsNames.length === 0 && request.ipAddresses.length === 0)
    return 'at least one DNS or IP subjectAltName is required';
  if (request.emailAddresses.length > 0) return 'Email subjectAltNames are not allowed';
  if (request.uris.length > 0) return 'URI subjectAltNames are not allowed';
  if (!request.commonName.startsWith('system:node:')) return 'subject common name does not begin with system:node:';
  return nodeUsageError(usages, 'server auth');
}

function isNodes({ organizations }: CertificateRequest): boolean {
  return organizations.length === 1 && organizations[0] === 'system:nodes';
}

/** Exactly these; a key that is not RSA's enciphers none. */
function nodeUsageError(usages: readonly string[], purpose: string): string | undefined {
  const wanted = new Set(['digital signature', purpose]);
  const given = new Set(usages);
  given.delete('key encipherment');
  if (given.size === wanted.size && [...wanted].every((usage) => given.has(usage))) return undefined;
  return `usages did not match [${['key encipherment', ...wanted].sort().join(' ')}]`;
}

function clientUsageError(usages: readonly string[]): string | undefined {
  const optional = ['digital signature', 'key encipherment'];
  const wrong = usages.find((usage) => usage !== 'client auth' && !optional.includes(usage));
  if (wrong !== undefined) return `invalid usage for client certificate: ${wrong}`;
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth';
}

export function hasCondition({ status }: CertificateSigningRequest, type: string): boolean {
  return status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') === true;
}

export function requestText({ spec }: CertificateSigningRequest): string {
  return Buffer.from(spec.request, 'base64').toString();
}

/** The X.509 library is large: it is loaded when the first request comes. */
export function loadX509() {
  return import('@wherry/pki/certificate-request');
}

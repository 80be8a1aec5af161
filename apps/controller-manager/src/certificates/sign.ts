import { certificateSigningRequests, type CertificateSigningRequest } from '@wherry/api';
import { formatTime, keyOf } from '@wherry/client';
import type { KeyPair } from '@wherry/pki';
import { input, type Controller } from '../runner/controller.ts';
import type { Plan } from '../runner/plan.ts';
import { hasCondition, loadX509, requestText, signers } from './signers.ts';

interface SigningView {
  readonly csr: CertificateSigningRequest;
  /** PEM, or why there is none. */
  readonly outcome: { readonly certificate: string } | { readonly refusal: string };
}

export interface SigningOptions {
  readonly ca: KeyPair;
  /** The longest life of a certificate. */
  readonly durationMs: number;
  readonly workers: number;
}

/** Clocks differ. */
const backdateMs = 5 * 60_000;
const leastMs = 600_000;

/** Signs what has been approved, for the signers of upstream's controller-manager. */
export function certificateSigningController(options: SigningOptions): Controller<SigningView> {
  return {
    name: 'certificatesigningrequest-signing-controller',
    component: 'certificate-controller',
    workers: options.workers,
    inputs: [input(certificateSigningRequests, (csr) => [keyOf(csr)])],
    outputs: { 'certificatesigningrequests.certificates.k8s.io': ['status'] },
    async view(key, { cache }) {
      const csr = cache.get(certificateSigningRequests, key);
      if (csr === undefined || !isWaiting(csr) || !Object.hasOwn(signers, csr.spec.signerName)) return undefined;
      return { csr, outcome: await sign(csr, options, Date.now()) };
    },
    reconcile: reconcileSigning,
  };
}

export function reconcileSigning({ csr, outcome }: SigningView, now: number): Plan {
  const write = (status: CertificateSigningRequest['status']): Plan => {
    const object: CertificateSigningRequest = { ...csr, status };
    return { status: [{ resource: 'certificatesigningrequests.certificates.k8s.io', object }] };
  };
  if ('certificate' in outcome) {
    return write({ ...csr.status, certificate: Buffer.from(outcome.certificate).toString('base64') });
  }
  const time = formatTime(now);
  const reason = 'SignerValidationFailure';
  const condition = {
    type: 'Failed',
    status: 'True',
    reason,
    message: outcome.refusal,
    lastUpdateTime: time,
    lastTransitionTime: time,
  };
  return write({ ...csr.status, conditions: [...(csr.status?.conditions ?? []), condition] });
}

function isWaiting(csr: CertificateSigningRequest): boolean {
  const approved = hasCondition(csr, 'Approved') && !hasCondition(csr, 'Denied') && !hasCondition(csr, 'Failed');
  return approved && (csr.status?.certificate ?? '') === '';
}

async function sign(
  csr: CertificateSigningRequest,
  { ca, durationMs }: SigningOptions,
  now: number,
): Promise<SigningView['outcome']> {
  const { readCertificateRequest, signCertificateRequest } = await loadX509();
  const { signerName, usages = [], expirationSeconds } = csr.spec;
  const text = requestText(csr);
  try {
    const refusal = signers[signerName]?.(await readCertificateRequest(text), usages);
    if (refusal !== undefined) return { refusal };
    const asked = expirationSeconds === undefined ? durationMs : Math.max(expirationSeconds * 1_000, leastMs);
    const notBefore = new Date(now - backdateMs);
    const notAfter = new Date(now - backdateMs + Math.min(asked, durationMs));
    return { certificate: await signCertificateRequest(ca, text, { usages, notBefore, notAfter }) };
  } catch (error) {
    // Whatever is wrong with a request stays wrong.
    return { refusal: `unable to parse or sign csr ${JSON.stringify(csr.metadata.name)}: ${(error as Error).message}` };
  }
}

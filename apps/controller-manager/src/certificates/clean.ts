import { X509Certificate } from 'node:crypto';
import { certificateSigningRequests, type CertificateSigningRequest } from '@wherry/api';
import { changes, type Controller } from '../runner/controller.ts';
import type { Plan } from '../runner/plan.ts';
import { hasCondition } from './signers.ts';

interface CleanerView {
  readonly requests: readonly CertificateSigningRequest[];
}

const periodMs = 3_600_000;
const decidedMs = 3_600_000;
const pendingMs = 24 * 3_600_000;

/** Removes requests that have been answered, or that nobody answers. */
export function certificateCleaner(): Controller<CleanerView> {
  return {
    name: 'certificatesigningrequest-cleaner-controller',
    component: 'certificate-controller',
    workers: 1,
    inputs: [changes(certificateSigningRequests, () => [])],
    outputs: { 'certificatesigningrequests.certificates.k8s.io': ['delete'] },
    keys: ['certificatesigningrequests'],
    view: (_key, { cache }) => ({ requests: cache.list(certificateSigningRequests) }),
    reconcile: reconcileCleaner,
  };
}

export function reconcileCleaner({ requests }: CleanerView, now: number): Plan {
  const old = requests.filter((csr) => isOver(csr, now));
  return {
    delete: old.map(({ metadata: { name, uid } }) => ({
      resource: 'certificatesigningrequests.certificates.k8s.io',
      namespace: undefined,
      name,
      uid,
    })),
    requeueAfterMs: periodMs,
  };
}

function isOver(csr: CertificateSigningRequest, now: number): boolean {
  const conditions = csr.status?.conditions ?? [];
  const decided = conditions.some(
    ({ type, lastUpdateTime }) =>
      ['Approved', 'Denied', 'Failed'].includes(type) && isOlder(lastUpdateTime, decidedMs, now),
  );
  const pending = conditions.length === 0 && isOlder(csr.metadata.creationTimestamp ?? undefined, pendingMs, now);
  return decided || pending || (hasCondition(csr, 'Approved') && hasExpired(csr, now));
}

function isOlder(time: string | undefined, ms: number, now: number): boolean {
  return time !== undefined && Date.parse(time) < now - ms;
}

function hasExpired({ status }: CertificateSigningRequest, now: number): boolean {
  const certificate = status?.certificate ?? '';
  if (certificate === '') return false;
  try {
    return new X509Certificate(Buffer.from(certificate, 'base64')).validToDate.getTime() < now;
  } catch {
    // A signer of somebody else's may write what he likes.
    return false;
  }
}

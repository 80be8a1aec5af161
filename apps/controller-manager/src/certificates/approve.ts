import {
  certificateSigningRequests,
  subjectAccessReviews,
  type CertificateSigningRequest,
  type SubjectAccessReview,
} from '@wherry/api';
import { formatTime, keyOf } from '@wherry/client';
import type { CertificateRequest } from '@wherry/pki/certificate-request';
import { input, type Controller, type Live } from '../runner/controller.ts';
import type { Plan } from '../runner/plan.ts';
import { hasCondition, kubeletClientError, kubeletClientSigner, loadX509, requestText } from './signers.ts';

interface ApprovalView {
  readonly csr: CertificateSigningRequest;
  /** Why it may be approved; undefined: somebody else has to decide. */
  readonly message: string | undefined;
}

/** What is approved without anybody looking, if who asks may create that subresource. */
interface Recognizer {
  readonly subresource: string;
  readonly message: string;
  recognizes(csr: CertificateSigningRequest, request: CertificateRequest): boolean;
}

const recognizers: readonly Recognizer[] = [
  {
    subresource: 'selfnodeclient',
    message: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
    recognizes: (csr, request) => isNodeClient(csr, request) && csr.spec.username === request.commonName,
  },
  {
    subresource: 'nodeclient',
    message: 'Auto approving kubelet client certificate after SubjectAccessReview.',
    recognizes: isNodeClient,
  },
];

/** Approves the client certificates of kubelets: of new nodes with a bootstrap token, and of nodes that renew theirs. */
export function certificateApprovingController(workers: number): Controller<ApprovalView> {
  return {
    name: 'certificatesigningrequest-approving-controller',
    component: 'certificate-controller',
    workers,
    inputs: [input(certificateSigningRequests, (csr) => [keyOf(csr)])],
    outputs: { 'certificatesigningrequests.certificates.k8s.io': ['status'] },
    async view(key, { cache, live }) {
      const csr = cache.get(certificateSigningRequests, key);
      if (csr === undefined || isDecided(csr) || csr.spec.signerName !== kubeletClientSigner) return undefined;
      const request = await readOrNone(csr);
      return request && { csr, message: await approval(csr, request, live) };
    },
    reconcile: reconcileApproval,
  };
}

export function reconcileApproval({ csr, message }: ApprovalView, now: number): Plan {
  if (message === undefined) return {};
  const time = formatTime(now);
  const condition = {
    type: 'Approved',
    status: 'True',
    reason: 'AutoApproved',
    message,
    lastUpdateTime: time,
    lastTransitionTime: time,
  };
  const conditions = [...(csr.status?.conditions ?? []), condition];
  const object: CertificateSigningRequest = { ...csr, status: { ...csr.status, conditions } };
  return { approval: [{ resource: 'certificatesigningrequests.certificates.k8s.io', object }] };
}

function isDecided(csr: CertificateSigningRequest): boolean {
  return (csr.status?.certificate ?? '') !== '' || hasCondition(csr, 'Approved') || hasCondition(csr, 'Denied');
}

function isNodeClient({ spec }: CertificateSigningRequest, request: CertificateRequest): boolean {
  return spec.signerName === kubeletClientSigner && kubeletClientError(request, spec.usages ?? []) === undefined;
}

/** What cannot be read was let in by nobody's rules but is nothing to retry. */
async function readOrNone(csr: CertificateSigningRequest): Promise<CertificateRequest | undefined> {
  const { readCertificateRequest } = await loadX509();
  return readCertificateRequest(requestText(csr)).catch(() => undefined);
}

async function approval(
  csr: CertificateSigningRequest,
  request: CertificateRequest,
  live: Live,
): Promise<string | undefined> {
  const { username: user, uid, groups, extra } = csr.spec;
  for (const { subresource, message, recognizes } of recognizers) {
    if (!recognizes(csr, request)) continue;
    const resourceAttributes = {
      group: 'certificates.k8s.io',
      resource: 'certificatesigningrequests',
      version: '*',
      verb: 'create',
      subresource,
    };
    const review = { metadata: { name: '' }, spec: { user, uid, groups, extra, resourceAttributes } };
    const answer = await live.ask<SubjectAccessReview>(subjectAccessReviews, review);
    if (answer.status?.allowed === true) return message;
  }
  return undefined;
}

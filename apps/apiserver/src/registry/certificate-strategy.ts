import { setOwn, fieldInvalid } from '@wherry/apimachinery';
import type { CertificateSigningRequest, CertificateSigningRequestCondition } from '@wherry/api';
import { signingRequestFault } from '@wherry/pki/signing-request';
import { timeOf } from './object-meta.ts';
import type { Strategy } from './strategy.ts';

type Request = CertificateSigningRequest;

/** A request says who made it; afterwards only its conditions and its certificate change, each by its own door. */
export const certificateSigningRequestStrategy: Strategy = {
  hasStatus: true,
  allowsUnconditionalUpdate: true,
  prepareForCreate(object, _now, user) {
    const { spec } = object as Request;
    spec.username = user.name;
    spec.uid = user.uid;
    spec.groups = [...user.groups];
    delete spec.extra;
    const extra = Object.entries(user.extra ?? {});
    if (extra.length === 0) return;
    spec.extra = {};
    for (const [key, values] of extra) setOwn(spec.extra, key, [...values]);
  },
  async checkNew(object) {
    const { request } = (object as Request).spec;
    const why = signingRequestFault(Buffer.from(request, 'base64').toString('latin1'));
    return why === undefined ? [] : [fieldInvalid('spec.request', request, why)];
  },
  prepareForUpdate(object, old) {
    (object as Request).spec = (old as Request).spec;
  },
  /** Approved and Denied stay as they are, so that a signer may send back what it has read. */
  prepareForStatusUpdate(object, old, now) {
    const [next, before] = [object as Request, old as Request];
    for (const type of ['Approved', 'Denied']) keepConditions(next, before, type);
    fillTimes(next, before, now);
  },
  subresources: {
    approval: {
      prepare(object, old, now) {
        const [next, before] = [object as Request, old as Request];
        fillTimes(next, before, now);
        next.spec = before.spec;
        next.status = { ...before.status, conditions: next.status?.conditions };
      },
      validate: (object, old, rules) => rules.validateApproval(object as Request, old as Request),
    },
  },
};

function keepConditions(next: Request, before: Request, type: string): void {
  const kept = (before.status?.conditions ?? []).filter((condition) => condition.type === type);
  const list = next.status?.conditions ?? [];
  if (list.filter((condition) => condition.type === type).length !== kept.length) return;
  for (const [index, condition] of list.entries()) if (condition.type === type) list[index] = { ...kept.shift()! };
}

function fillTimes(next: Request, before: Request, now: Date): void {
  for (const condition of next.status?.conditions ?? []) {
    condition.lastUpdateTime ??= timeOf(now);
    condition.lastTransitionTime ??= unchangedSince(condition, before) ?? timeOf(now);
  }
}

function unchangedSince({ type, status }: CertificateSigningRequestCondition, before: Request): string | undefined {
  const same = before.status?.conditions?.find((old) => old.type === type && old.status === status);
  return same?.lastTransitionTime;
}

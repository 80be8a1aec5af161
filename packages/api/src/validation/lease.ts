import { fieldInvalid } from '@wherry/apimachinery';
import type { Lease } from '../coordination/lease.ts';
import type { Findings } from './value-rules.ts';

export function* lease({ spec }: Lease): Findings {
  const { leaseDurationSeconds: seconds, leaseTransitions: transitions } = spec;
  if (seconds !== undefined && seconds <= 0) {
    yield fieldInvalid('spec.leaseDurationSeconds', seconds, 'must be greater than 0');
  }
  if (transitions !== undefined && transitions < 0) {
    yield fieldInvalid('spec.leaseTransitions', transitions, 'must be greater than or equal to 0');
  }
}

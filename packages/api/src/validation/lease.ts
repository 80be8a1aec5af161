import { fieldForbidden, fieldInvalid, fieldNotSupported, isQualifiedName } from '@wherry/apimachinery';
import type { Lease } from '../coordination/lease.ts';
import { matching, type Findings } from './value-rules.ts';

export function* lease({ spec }: Lease): Findings {
  const { leaseDurationSeconds: seconds, leaseTransitions: transitions } = spec;
  if (seconds !== undefined && seconds <= 0) {
    yield fieldInvalid('spec.leaseDurationSeconds', seconds, 'must be greater than 0');
  }
  if (transitions !== undefined && transitions < 0) {
    yield fieldInvalid('spec.leaseTransitions', transitions, 'must be greater than or equal to 0');
  }
  const { strategy = '', preferredHolder = '' } = spec;
  if (spec.strategy !== undefined) yield* strategyName(strategy);
  if (preferredHolder !== '' && strategy === '') {
    yield fieldForbidden('spec.preferredHolder', 'may only be specified if `strategy` is defined');
  }
}

/** Kubernetes' own, or one with a domain in front. That the path says strategy twice is upstream's. */
function* strategyName(name: string): Findings {
  const field = 'spec.strategy.strategy';
  if (name.includes('/')) yield* matching(isQualifiedName(name), name, field);
  else if (name !== 'OldestEmulationVersion') yield fieldNotSupported(field, name, ['OldestEmulationVersion']);
}

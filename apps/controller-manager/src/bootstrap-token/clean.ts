import { secrets, type Secret } from '@wherry/api';
import { keyOf } from '@wherry/client';
import { input, type Controller } from '../runner/controller.ts';
import type { Plan } from '../runner/plan.ts';
import { expirationOf, isBootstrapSecret } from './token-secret.ts';

interface CleanerView {
  readonly secret: Secret;
}

/** Looked at again at least this often: a timer must not be longer than timers can be. */
const longestMs = 24 * 3_600_000;

/** Removes bootstrap tokens whose time is over. */
export function tokenCleaner(): Controller<CleanerView> {
  return {
    name: 'token-cleaner-controller',
    component: 'token-cleaner',
    workers: 1,
    inputs: [input(secrets, (secret) => (isBootstrapSecret(secret) ? [keyOf(secret)] : []))],
    outputs: { secrets: ['delete'] },
    view(key, { cache }) {
      const secret = cache.get(secrets, key);
      return secret !== undefined && isBootstrapSecret(secret) ? { secret } : undefined;
    },
    reconcile: reconcileTokenCleaner,
  };
}

export function reconcileTokenCleaner({ secret }: CleanerView, now: number): Plan {
  const at = expirationOf(secret);
  if (at === undefined) return {};
  if (at > now) return { requeueAfterMs: Math.min(at - now, longestMs) };
  const { namespace, name, uid } = secret.metadata;
  return { delete: [{ resource: 'secrets', namespace, name, uid }] };
}

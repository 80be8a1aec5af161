import type { KeyObject } from 'node:crypto';
import { secrets, serviceAccounts, type Secret, type ServiceAccount } from '@wherry/api';
import { keyOf } from '@wherry/client';
import { signJwt } from '@wherry/pki/jwt';
import { changes, input, type Controller } from '../runner/controller.ts';
import type { Plan } from '../runner/plan.ts';

interface TokenView {
  readonly secret: Secret;
  readonly account: ServiceAccount | undefined;
  readonly signingKey: KeyObject;
  /** PEM */
  readonly rootCa: string | undefined;
}

const TYPE = 'kubernetes.io/service-account-token';
const NAME = 'kubernetes.io/service-account.name';
const UID = 'kubernetes.io/service-account.uid';
const CLAIM = 'kubernetes.io/serviceaccount';

/** Fills Secrets that were made to hold a token of a service account, and removes them with it. */
export function serviceAccountTokenController(
  signingKey: KeyObject,
  rootCa: string | undefined,
  workers: number,
): Controller<TokenView> {
  return {
    name: 'serviceaccount-token-controller',
    component: 'serviceaccount-token-controller',
    workers,
    inputs: [
      input(secrets, (secret) => (secret.type === TYPE ? [keyOf(secret)] : [])),
      changes(serviceAccounts, (old, account, cache) => {
        const { namespace, name } = (account ?? old)!.metadata;
        // Only that one comes or goes matters.
        if (old !== undefined && account !== undefined && old.metadata.uid === account.metadata.uid) return [];
        return cache
          .list(secrets)
          .filter(
            (secret) => secret.type === TYPE && secret.metadata.namespace === namespace && accountName(secret) === name,
          )
          .map(keyOf);
      }),
    ],
    outputs: { secrets: ['update', 'delete'] },
    view(key, { cache }) {
      const secret = cache.get(secrets, key);
      if (secret?.type !== TYPE || secret.metadata.deletionTimestamp !== undefined) return undefined;
      const account = cache.get(serviceAccounts, `${secret.metadata.namespace ?? ''}/${accountName(secret)}`);
      return { secret, account, signingKey, rootCa };
    },
    reconcile: reconcileToken,
  };
}

export function reconcileToken({ secret, account, signingKey, rootCa }: TokenView): Plan {
  const { namespace = '', name, uid, annotations = {} } = secret.metadata;
  const owner = accountName(secret);
  if (owner === '') return {};
  const remove = { resource: 'secrets', namespace, name, uid };
  if (account === undefined) {
    const verify = { resource: 'serviceaccounts', namespace, name: owner, state: 'absent' } as const;
    return { delete: [{ ...remove, verify }] };
  }
  const accountUid = account.metadata.uid ?? '';
  // Its account was another one of the name.
  if ((annotations[UID] ?? '') !== '' && annotations[UID] !== accountUid) return { delete: [remove] };
  const data = { ...secret.data };
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  if (rootCa !== undefined) data['ca.crt'] = base64(rootCa);
  if ((data['namespace'] ?? '') === '') data['namespace'] = base64(namespace);
  if ((data['token'] ?? '') === '') data['token'] = base64(legacyToken(signingKey, namespace, name, owner, accountUid));
  const known = secret.data ?? {};
  const same = annotations[UID] === accountUid && Object.entries(data).every(([key, value]) => known[key] === value);
  if (same) return {};
  const metadata = { ...secret.metadata, annotations: { ...annotations, [UID]: accountUid } };
  const object: Secret = { ...secret, metadata, data };
  return { update: [{ resource: 'secrets', object }] };
}

/** It has no end and no audience: it is good as long as the Secret holds it. */
function legacyToken(key: KeyObject, namespace: string, secret: string, account: string, uid: string): string {
  return signJwt(key, {
    iss: 'kubernetes/serviceaccount',
    [`${CLAIM}/namespace`]: namespace,
    [`${CLAIM}/secret.name`]: secret,
    [`${CLAIM}/service-account.name`]: account,
    [`${CLAIM}/service-account.uid`]: uid,
    sub: `system:serviceaccount:${namespace}:${account}`,
  });
}

function accountName({ metadata }: Secret): string {
  return metadata.annotations?.[NAME] ?? '';
}

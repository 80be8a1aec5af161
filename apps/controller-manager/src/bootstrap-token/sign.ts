import { createHmac } from 'node:crypto';
import { deepEqual } from '@wherry/apimachinery';
import { configMaps, secrets, type ConfigMap, type Secret } from '@wherry/api';
import { keyOf } from '@wherry/client';
import { input, type Controller } from '../runner/controller.ts';
import type { Plan } from '../runner/plan.ts';
import { isBootstrapSecret, readBootstrapToken, type BootstrapToken } from './token-secret.ts';

interface SignerView {
  readonly info: ConfigMap;
  readonly secrets: readonly Secret[];
}

const KEY = 'kube-public/cluster-info';
const prefix = 'jws-kubeconfig-';

/** Signs kube-public/cluster-info with every bootstrap token: who has one knows that it tells of the right cluster. */
export function bootstrapSigner(): Controller<SignerView> {
  return {
    name: 'bootstrap-signer-controller',
    component: 'bootstrap-signer',
    workers: 1,
    inputs: [
      input(configMaps, (map) => (keyOf(map) === KEY ? [KEY] : [])),
      input(secrets, (secret) => (isBootstrapSecret(secret) ? [KEY] : [])),
    ],
    outputs: { configmaps: ['update'] },
    view(key, { cache }) {
      const info = cache.get(configMaps, key);
      return info && { info, secrets: cache.list(secrets).filter(isBootstrapSecret) };
    },
    reconcile: reconcileSigner,
  };
}

export function reconcileSigner({ info, secrets: list }: SignerView, now: number): Plan {
  const content = info.data?.['kubeconfig'];
  if (content === undefined) return {};
  const data = Object.fromEntries(Object.entries(info.data ?? {}).filter(([key]) => !key.startsWith(prefix)));
  for (const secret of list) {
    const token = readBootstrapToken(secret);
    if (token?.signs !== true || (token.expiresAtMs !== undefined && token.expiresAtMs <= now)) continue;
    data[prefix + token.id] = detachedSignature(content, token);
  }
  if (deepEqual(data, info.data ?? {})) return {};
  const object: ConfigMap = { ...info, data };
  return { update: [{ resource: 'configmaps', object }] };
}

/** A compact JWS without what it signs, which stands beside it (RFC 7515, appendix F). */
function detachedSignature(content: string, { id, secret }: BootstrapToken): string {
  const header = Buffer.from(JSON.stringify({ alg: 'HS256', kid: id })).toString('base64url');
  const payload = Buffer.from(content).toString('base64url');
  const signature = createHmac('sha256', secret).update(`${header}.${payload}`).digest('base64url');
  return `${header}..${signature}`;
}

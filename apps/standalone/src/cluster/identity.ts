import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCa, ensureClusterPki, issue, type KeyPair } from '@wherry/pki';

/** Who is who in a cluster. PEM texts. */
export interface Identity {
  /** Whose certificates the apiserver believes. */
  readonly clientCa: KeyPair;
  /** The authority that signed `serving`. */
  readonly servingCa: string;
  readonly serving: KeyPair;
  /** What service-account tokens are signed with. */
  readonly accountKey: string;
}

const names = {
  dnsNames: ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'],
  ipAddresses: ['127.0.0.1'],
};

/** Clusters of one process share the certificate they serve with: making one takes as long as all else. */
let serving: Promise<{ ca: string; pair: KeyPair }> | undefined;

/** For a cluster that nobody remembers; clients of one are strangers to the others. */
export async function freshIdentity(): Promise<Identity> {
  serving ??= (async () => {
    const ca = await createCa('wherry-standalone');
    return {
      ca: ca.cert,
      pair: await issue(ca, { commonName: 'kube-apiserver', usages: ['server', 'client'], ...names }),
    };
  })();
  const [{ ca: servingCa, pair }, clientCa] = await Promise.all([serving, createCa('kubernetes')]);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const accountKey = privateKey.export({ type: 'sec1', format: 'pem' }).toString();
  return { clientCa, servingCa, serving: pair, accountKey };
}

/** Kept in `dir` under kubeadm's names: tokens and certificates outlive the process, as what is stored does. */
export async function keptIdentity(dir: string): Promise<Identity> {
  const { ca } = await ensureClusterPki({ dir, ...names, now: new Date() });
  const read = (name: string): Promise<string> => readFile(join(dir, name), 'utf8');
  const [cert, key, accountKey] = await Promise.all(['apiserver.crt', 'apiserver.key', 'sa.key'].map(read));
  return { clientCa: ca, servingCa: ca.cert, serving: { cert: cert!, key: key! }, accountKey: accountKey! };
}

/** The cluster's own parts prove themselves by tokens: made in no time, and good for this start alone. */
export const parts = {
  admin: { user: 'kubernetes-admin', groups: ['system:masters'] },
  controllers: { user: 'system:kube-controller-manager', groups: [] },
  scheduler: { user: 'system:kube-scheduler', groups: [] },
  nodes: { user: 'wherry:simulated-nodes', groups: ['system:masters'] },
} as const;
export type Part = keyof typeof parts;

export function makeTokens(): { tokens: Record<Part, string>; tokenFile: string } {
  const tokens = Object.fromEntries(
    Object.keys(parts).map((part) => [part, randomBytes(24).toString('base64url')]),
  ) as Record<Part, string>;
  const lines = Object.entries(parts).map(
    ([part, { user, groups }]) => `${tokens[part as Part]},${user},${part},"${groups.join(',')}"`,
  );
  return { tokens, tokenFile: `${lines.join('\n')}\n` };
}

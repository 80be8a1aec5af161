import { createPublicKey, verify } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, kubectl, ok, ROOT, run } from './run.ts';
import { type Meta, must, rest, Scene, sh, stays } from './scene.ts';
import { suiteUp } from './suite.ts';

/** What pods are given to speak with the API, and what becomes of it. */
const scene = new Scene('service-accounts');
beforeAll(async () => {
  await suiteUp();
  await scene.open();
});
afterAll(() => scene.close());

const RBAC = 'apis/rbac.authorization.k8s.io/v1';
const mount = '/var/run/secrets/kubernetes.io/serviceaccount';
const node = realpathSync(`${ROOT}node_modules/.bin/node`);
/** This repository, its Node and the libraries of the host, so that our own client runs in a pod. */
const host = {
  volumes: ['/usr', '/lib', '/lib64', ROOT].map((path, index) => ({ name: `h${index}`, hostPath: { path } })),
  mounts: ['/usr', '/lib', '/lib64', ROOT].map((mountPath, index) => ({
    name: `h${index}`,
    mountPath,
    readOnly: true,
  })),
};
const client = (serviceAccountName: string) => ({
  serviceAccountName,
  volumes: host.volumes,
  containers: [
    {
      ...sh('c', ''),
      command: [node, `${ROOT}test/e2e/in-cluster.ts`],
      volumeMounts: host.mounts,
      env: [{ name: 'NODE_NO_WARNINGS', value: '1' }],
    },
  ],
});

scene.add('serviceaccounts', { metadata: { name: 'reader' } });
scene.add(
  'roles',
  { metadata: { name: 'reader' }, rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }] } as never,
  RBAC,
);
scene.add(
  'rolebindings',
  {
    metadata: { name: 'reader' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
    subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace: scene.namespace }],
  },
  RBAC,
);
scene.pod('reads', client('reader'));
scene.pod('may-not', client('default'));
scene.pod('shows', [sh('c', `ls -lL ${mount}; cat ${mount}/namespace; cat ${mount}/ca.crt`)]);
scene.pod('stays', [stays('c')]);
const tokenFor = (audience: string) => ({
  name: 't',
  projected: { sources: [{ serviceAccountToken: { audience, expirationSeconds: 7200, path: 'for-it' } }] },
});
scene.pod('projects', {
  volumes: [tokenFor('vault')],
  containers: [sh('c', 'cat /t/for-it', { volumeMounts: [{ name: 't', mountPath: '/t' }] })],
});
const privately = `ls -lLn ${mount}/token`;
scene.pod('user', { securityContext: { runAsUser: 1001 }, containers: [sh('c', privately)] });
scene.pod('group', { securityContext: { runAsUser: 1001, fsGroup: 2002 }, containers: [sh('c', privately)] });

describe('a pod', () => {
  it('lists what the role of its account allows', async () => {
    expect((await scene.output('reads')).split(' ').sort()).toEqual([
      'group',
      'may-not',
      'projects',
      'reads',
      'shows',
      'stays',
      'user',
    ]);
  });

  it('may nothing that no role allows', async () => {
    expect(await scene.output('may-not')).toBe(
      `pods is forbidden: User "system:serviceaccount:${scene.namespace}:default" cannot list resource "pods" in API group "" in the namespace "${scene.namespace}"`,
    );
  });

  it('is given a token, the authority of the cluster, and the name of its namespace', async () => {
    const output = await scene.output('shows');
    for (const file of ['ca.crt', 'namespace', 'token'])
      expect(output).toMatch(new RegExp(`^-rw-r--r--.* ${file}$`, 'm'));
    expect(output).toContain(`${scene.namespace}-----BEGIN CERTIFICATE-----`);
  });

  it('is given a token for whom it asks, which the keys that the apiserver publishes verify', async () => {
    const token = await scene.output('projects');
    const [head = '', claims = '', signature = ''] = token.split('.');
    const parse = <T>(part: string): T => JSON.parse(Buffer.from(part, 'base64url').toString()) as T;
    const said = parse<{ iss: string; iat: number; exp: number }>(claims);
    expect(said).toMatchObject({
      aud: ['vault'],
      sub: `system:serviceaccount:${scene.namespace}:default`,
      'kubernetes.io': { namespace: scene.namespace, pod: { name: 'projects' } },
    });
    expect(said.exp - said.iat).toBe(7200);
    const raw = async <T>(path: string): Promise<T> =>
      JSON.parse(await ok(kubectl, ['get', '--raw', path, ...withToken(await createToken('default'))])) as T;
    const issuer = await raw<{ issuer: string; jwks_uri: string }>('/.well-known/openid-configuration');
    expect(said.iss).toBe(issuer.issuer);
    const { keys } = await raw<{ keys: { kid: string }[] }>(new URL(issuer.jwks_uri).pathname);
    const jwk = keys.find(({ kid }) => kid === parse<{ kid: string }>(head).kid);
    const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
    const signed = Buffer.from(`${head}.${claims}`);
    const verifier = key.asymmetricKeyType === 'ec' ? ({ key, dsaEncoding: 'ieee-p1363' } as const) : key;
    expect(verify('sha256', signed, verifier, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  it('reads its token as whichever user it runs, and nobody else does', async () => {
    expect(await scene.output('user')).toMatch(/^-rw------- .* 1001 +\d+ /);
    expect(await scene.output('group')).toMatch(/^-rw-r----- .* \d+ +2002 /);
  });

  it('is given none where it, or else its account, does not want one', async () => {
    for (const [name, automountServiceAccountToken] of Object.entries({ quiet: false, eager: true }))
      await must('POST', scene.path('serviceaccounts'), { metadata: { name }, automountServiceAccountToken });
    const mounted = async (serviceAccountName: string, wants?: boolean): Promise<boolean> => {
      const pod = scene.podObject('dry', {
        serviceAccountName,
        automountServiceAccountToken: wants,
        containers: [sh('c', 'true')],
      });
      const path = `${scene.path('pods')}?dryRun=All`;
      const { spec } = await must<{ spec: { containers: { volumeMounts?: { mountPath: string }[] }[] } }>(
        'POST',
        path,
        pod,
      );
      return spec.containers[0]!.volumeMounts?.some(({ mountPath }) => mountPath === mount) ?? false;
    };
    const answers = async (account: string): Promise<boolean[]> =>
      Promise.all([undefined, true, false].map((wants) => mounted(account, wants)));
    expect([await answers('default'), await answers('eager'), await answers('quiet')]).toEqual([
      [true, true, false],
      [true, true, false],
      [false, true, false],
    ]);
  });

  it('takes its token along when it goes', async () => {
    await scene.ready('stays');
    const token = await ok(kubectl, ['exec', '-n', scene.namespace, 'stays', '--', 'cat', `${mount}/token`]);
    const review = async () => {
      const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
      return must<{
        status: { authenticated?: boolean; user: { username?: string; extra?: Record<string, string[]> } };
      }>('POST', '/apis/authentication.k8s.io/v1/tokenreviews', body);
    };
    const { status } = await review();
    expect(status).toMatchObject({
      authenticated: true,
      user: {
        username: `system:serviceaccount:${scene.namespace}:default`,
        extra: { 'authentication.kubernetes.io/pod-name': ['stays'] },
      },
    });
    await rest('DELETE', `${scene.path('pods', 'stays')}?gracePeriodSeconds=0`);
    expect((await review()).status.authenticated).toBeUndefined();
  });
});

describe('kubectl', () => {
  it('asks who it is, and makes tokens that say who they are', async () => {
    expect(await ok(kubectl, ['auth', 'whoami'])).toMatch(/Username\s+kubernetes-admin/);
    const token = await createToken('reader');
    const as = await ok(kubectl, ['auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}', ...withToken(token)]);
    expect(as).toBe(`system:serviceaccount:${scene.namespace}:reader`);
    const wrong = await run(kubectl, ['get', 'pods', ...withToken(`${token}x`)]);
    expect(wrong.stderr).toContain('You must be logged in to the server');
  });
});

describe('what every namespace has', () => {
  it('is made again when it is deleted, and put right when it is changed', async () => {
    interface Found {
      metadata: Meta;
      data?: Record<string, string>;
    }
    const authority = scene.path('configmaps', 'kube-root-ca.crt');
    const account = scene.path('serviceaccounts', 'default');
    const [{ data }, { metadata }] = [await must<Found>('GET', authority), await must<Found>('GET', account)];
    await must('DELETE', authority);
    await must('DELETE', account);
    const again = (path: string, is: (found: Found) => boolean): Promise<unknown> =>
      eventually(path, async () => {
        const { status, body } = await rest<Found>('GET', path);
        return status === 200 && is(body);
      });
    const right = (found: Found): boolean => found.data?.['ca.crt'] === data?.['ca.crt'];
    await again(authority, right);
    await again(account, (found) => found.metadata.uid !== metadata.uid);
    await must('PATCH', authority, { data: { 'ca.crt': 'wrong' } }, { 'content-type': 'application/merge-patch+json' });
    await again(authority, right);
  });
});

const createToken = async (account: string): Promise<string> =>
  (await ok(kubectl, ['create', 'token', account, '-n', scene.namespace])).trim();

/** The admin's certificate would come first. */
function withToken(token: string): string[] {
  return [
    '--kubeconfig=/dev/null',
    '--server=https://127.0.0.1:6443',
    '--certificate-authority=/etc/wherry/pki/ca.crt',
    `--token=${token}`,
  ];
}

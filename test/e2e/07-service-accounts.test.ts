import { realpathSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubectl, ok, ROOT, run } from './run.ts';
import { must, rest, Scene, sh, stays } from './scene.ts';
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

describe('a pod', () => {
  it('lists what the role of its account allows', async () => {
    expect((await scene.output('reads')).split(' ').sort()).toEqual(['may-not', 'reads', 'shows', 'stays']);
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
    const token = await ok(kubectl, ['create', 'token', 'reader', '-n', scene.namespace]);
    const as = await ok(kubectl, [
      'auth',
      'whoami',
      '-o',
      'jsonpath={.status.userInfo.username}',
      ...withToken(token.trim()),
    ]);
    expect(as).toBe(`system:serviceaccount:${scene.namespace}:reader`);
    const wrong = await run(kubectl, ['get', 'pods', ...withToken(`${token.trim()}x`)]);
    expect(wrong.stderr).toContain('You must be logged in to the server');
  });
});

/** The admin's certificate would come first. */
function withToken(token: string): string[] {
  return [
    '--kubeconfig=/dev/null',
    '--server=https://127.0.0.1:6443',
    '--certificate-authority=/etc/wherry/pki/ca.crt',
    `--token=${token}`,
  ];
}

import { configMaps, pods, secrets, serviceAccounts, type Pod, type ServiceAccount } from '@wherry/api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { pod, refusal } from '../testing/objects.ts';

let cluster: TestApiserver;
beforeAll(async () => {
  cluster = await startTestApiserver({ disableAdmissionPlugins: [] });
  await account('default');
});
afterAll(() => cluster.close());

async function account(name: string, more: Partial<ServiceAccount> = {}, annotations?: Record<string, string>) {
  const metadata = { name, namespace: 'default', annotations };
  return cluster.client.resource(serviceAccounts).create({ ...more, metadata });
}
const create = (object: Pod) => cluster.client.resource(pods).create(object);
const why = async (object: Pod) => (await refusal(create(object))).message;
const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';
const app = (more = {}) => ({ containers: [{ name: 'app', image: 'web', ...more }] });

test('a pod gets the account of its namespace, and its token in every container', async () => {
  const { spec } = await create(pod('plain', { initContainers: [{ name: 'init', image: 'web' }] }));
  expect(spec).toMatchObject({ serviceAccountName: 'default', serviceAccount: 'default' });
  const [volume] = spec.volumes!;
  expect(volume!.name).toMatch(/^kube-api-access-[b-z2-9]{5}$/);
  expect(volume!.projected).toEqual({
    sources: [
      { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      {
        downwardAPI: {
          items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
        },
      },
    ],
    defaultMode: 420,
  });
  for (const { volumeMounts } of [...spec.containers, ...spec.initContainers!]) {
    expect(volumeMounts).toEqual([{ name: volume!.name, readOnly: true, mountPath }]);
  }
});

test('who mounts something in its place, or does not want it, gets no token', async () => {
  const volumes = [{ name: 'own', emptyDir: {} }];
  const own = await create(pod('own', { ...app({ volumeMounts: [{ name: 'own', mountPath }] }), volumes }));
  expect(own.spec.volumes).toHaveLength(1);
  const without = await create(pod('without', { automountServiceAccountToken: false }));
  expect(without.spec.volumes).toBeUndefined();
  await account('quiet', { automountServiceAccountToken: false });
  expect((await create(pod('quiet', { serviceAccountName: 'quiet' }))).spec.volumes).toBeUndefined();
  const asked = await create(pod('asked', { serviceAccountName: 'quiet', automountServiceAccountToken: true }));
  expect(asked.spec.volumes).toHaveLength(1);
});

test('pull secrets come from the account unless the pod names its own', async () => {
  await account('puller', { imagePullSecrets: [{ name: 'registry' }] });
  const names = async (name: string, more = {}) =>
    (await create(pod(name, { serviceAccountName: 'puller', ...more }))).spec.imagePullSecrets;
  expect(await names('pulls')).toEqual([{ name: 'registry' }]);
  expect(await names('pulls-own', { imagePullSecrets: [{ name: 'mine' }] })).toEqual([{ name: 'mine' }]);
});

test('an account that is not there is waited for when it is the default one, and refused otherwise', async () => {
  expect(await why(pod('lost', { serviceAccountName: 'nobody' }))).toBe(
    'pods "lost" is forbidden: error looking up service account default/nobody: serviceaccount "nobody" not found',
  );
  await cluster.client.resource(serviceAccounts).delete('default', { namespace: 'default' });
  const waiting = create(pod('early'));
  await cluster.client.resource(configMaps).list({ namespace: 'default' });
  await account('default');
  expect((await waiting).spec.serviceAccountName).toBe('default');
});

test('an account that says so lets its pods have its own secrets alone', async () => {
  await account('strict', { secrets: [{ name: 'good' }] }, { 'kubernetes.io/enforce-mountable-secrets': 'true' });
  for (const name of ['good', 'bad'])
    await cluster.client.resource(secrets).create({ metadata: { name, namespace: 'default' } });
  const strict = { serviceAccountName: 'strict', automountServiceAccountToken: false };
  const env = (name: string) => [{ name: 'KEY', valueFrom: { secretKeyRef: { name, key: 'k' } } }];
  const suffix = 'is not allowed because service account strict does not reference that secret';
  expect(await why(pod('a', { ...strict, volumes: [{ name: 'v', secret: { secretName: 'bad' } }] }))).toBe(
    `pods "a" is forbidden: volume with secret.secretName="bad" ${suffix}`,
  );
  expect(await why(pod('b', { ...strict, ...app({ env: env('bad') }) }))).toBe(
    `pods "b" is forbidden: container app with envVar KEY referencing secret.secretName="bad" ${suffix}`,
  );
  expect(await why(pod('c', { ...strict, ...app({ envFrom: [{ secretRef: { name: 'bad' } }] }) }))).toBe(
    `pods "c" is forbidden: container app with envFrom referencing secret.secretName="bad" ${suffix}`,
  );
  const initContainers = [{ name: 'init', image: 'web', env: env('bad') }];
  expect(await why(pod('d', { ...strict, initContainers }))).toContain('init container init with envVar KEY');
  expect(await why(pod('e', { ...strict, imagePullSecrets: [{ name: 'bad' }] }))).toContain(
    'imagePullSecrets[0].name="bad" is not allowed because service account strict does not reference that imagePullSecret',
  );
  expect((await create(pod('f', { ...strict, ...app({ env: env('good') }) }))).metadata.name).toBe('f');
});

test('a pod that only mirrors a file of its node has nothing of the API', async () => {
  const mirror = (more: Partial<Pod['spec']>): Pod => {
    const object = pod('mirror', { nodeName: 'n', ...more });
    object.metadata.annotations = { 'kubernetes.io/config.mirror': 'x' };
    return object;
  };
  expect(await why(mirror({ serviceAccountName: 'default' }))).toContain(
    'a mirror pod may not reference service accounts',
  );
  const volumes = [{ name: 'v', secret: { secretName: 's' } }];
  expect(await why(mirror({ volumes }))).toContain('a mirror pod may not reference secrets');
  const projected = { sources: [{ serviceAccountToken: { path: 'token' } }] };
  expect(await why(mirror({ volumes: [{ name: 'v', projected }] }))).toContain(
    'a mirror pod may not use ServiceAccountToken volume projections',
  );
});

test('no ephemeral container gets round the secrets that an account allows (CVE-2023-2728)', async () => {
  const annotations = { 'kubernetes.io/enforce-mountable-secrets': 'true' };
  await account('stricter', { secrets: [{ name: 'good' }] }, annotations);
  await create(pod('looked-into', { serviceAccountName: 'stricter', automountServiceAccountToken: false }));
  const debug = (name: string, more: object) =>
    cluster.client
      .resource(pods)
      .patch(
        'looked-into',
        { spec: { ephemeralContainers: [{ name, image: 'web', ...more }] } },
        { type: 'strategic', namespace: 'default', subresource: 'ephemeralcontainers' },
      );
  const key = (name: string) => ({ env: [{ name: 'KEY', valueFrom: { secretKeyRef: { name, key: 'k' } } }] });
  const suffix = 'is not allowed because service account stricter does not reference that secret';
  expect((await refusal(debug('one', key('bad')))).message).toBe(
    `pods "looked-into" is forbidden: ephemeral container one with envVar KEY referencing secret.secretName="bad" ${suffix}`,
  );
  expect((await refusal(debug('two', { envFrom: [{ secretRef: { name: 'bad' } }] }))).message).toContain(
    'ephemeral container two with envFrom referencing secret.secretName="bad"',
  );
  expect((await debug('three', key('good'))).spec.ephemeralContainers).toHaveLength(1);
});

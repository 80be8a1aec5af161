import { X509Certificate, generateKeyPairSync } from 'node:crypto';
import {
  certificateSigningRequests,
  clusterRoleBindings,
  configMaps,
  namespaces,
  secrets,
  serviceAccounts,
  type CertificateSigningRequest,
  type Secret,
} from '@wherry/api';
import { RestClient } from '@wherry/client';
import { createCa } from '@wherry/pki';
import { createCertificateRequest } from '@wherry/pki/certificate-request';
import { isSignedBy, parseJwt, verificationKey } from '@wherry/pki/jwt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bootstrapSigner } from './bootstrap-token/sign.ts';
import { reconcileTokenCleaner, tokenCleaner } from './bootstrap-token/clean.ts';
import { certificateApprovingController } from './certificates/approve.ts';
import { reconcileCleaner } from './certificates/clean.ts';
import { certificateSigningController } from './certificates/sign.ts';
import { serviceAccountTokenController } from './service-account-token/controller.ts';
import { eventually, startTestCluster, type TestCluster } from './testing.ts';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const base64 = (text: string) => Buffer.from(text).toString('base64');
let cluster: TestCluster;
const ca = createCa('test-signer');

beforeAll(async () => {
  cluster = await startTestCluster();
  await cluster.start([
    certificateApprovingController(2),
    certificateSigningController({ ca: await ca, durationMs: 3_600_000, workers: 2 }),
    serviceAccountTokenController(privateKey, 'PEM', 2),
    tokenCleaner(),
    bootstrapSigner(),
  ]);
});
afterAll(() => cluster.close());

async function ask(
  name: string,
  spec: Partial<CertificateSigningRequest['spec']>,
  client: RestClient = cluster.client,
) {
  const object = { metadata: { name }, spec: { signerName: 'x', request: '', ...spec } } as CertificateSigningRequest;
  return client.resource(certificateSigningRequests).create(object);
}
const nodeUsages = ['digital signature', 'client auth'];
const nodeRequest = async (node: string) => {
  const subject = { commonName: `system:node:${node}`, organizations: ['system:nodes'] };
  return base64((await createCertificateRequest(subject)).request);
};

async function approve(name: string): Promise<void> {
  const client = cluster.client.resource(certificateSigningRequests);
  const csr = await client.get(name);
  const conditions = [{ type: 'Approved', status: 'True', reason: 'Test', message: 'by hand' }];
  await client.updateSubresource(name, 'approval', {
    ...csr,
    kind: 'CertificateSigningRequest',
    apiVersion: 'certificates.k8s.io/v1',
    status: { conditions },
  });
}
const signed = (name: string) =>
  eventually(async () => {
    const { status } = await cluster.client.resource(certificateSigningRequests).get(name);
    return status?.certificate ?? status?.conditions?.find(({ type }) => type === 'Failed')?.message;
  });

test('a node that may renew its certificate gets a new one with nobody looking', async () => {
  const metadata = { name: 'renew' };
  const roleRef = {
    apiGroup: 'rbac.authorization.k8s.io',
    kind: 'ClusterRole',
    name: 'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient',
  };
  const subjects = [{ kind: 'Group', name: 'system:nodes', apiGroup: 'rbac.authorization.k8s.io' }];
  await cluster.client.resource(clusterRoleBindings).create({ metadata, roleRef, subjects });
  const node = new RestClient(await cluster.configFor('system:node:n1', ['system:nodes']));
  const signerName = 'kubernetes.io/kube-apiserver-client-kubelet';
  await ask('own', { signerName, usages: nodeUsages, request: await nodeRequest('n1') }, node);
  const certificate = new X509Certificate(Buffer.from(await signed('own'), 'base64'));
  expect(certificate.subject).toBe('O=system:nodes\nCN=system:node:n1');
  expect(certificate.checkIssued(new X509Certificate((await ca).cert))).toBe(true);
  expect(certificate.validToDate.getTime()).toBeLessThanOrEqual(Date.now() + 3_600_000);
  const { status } = await cluster.client.resource(certificateSigningRequests).get('own');
  expect(status?.conditions).toMatchObject([
    {
      type: 'Approved',
      reason: 'AutoApproved',
      message: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
    },
  ]);
  node.close();
});

test('what is approved by hand is signed if it fits its signer, and fails if not', async () => {
  const jane = base64((await createCertificateRequest({ commonName: 'jane' })).request);
  await ask('jane', { signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'], request: jane });
  await ask('server', { signerName: 'kubernetes.io/kube-apiserver-client', usages: ['server auth'], request: jane });
  await ask('serving', {
    signerName: 'kubernetes.io/kubelet-serving',
    usages: ['digital signature', 'server auth'],
    request: jane,
  });
  for (const name of ['jane', 'server', 'serving']) await approve(name);
  expect(new X509Certificate(Buffer.from(await signed('jane'), 'base64')).subject).toBe('CN=jane');
  expect(await signed('server')).toBe('invalid usage for client certificate: server auth');
  expect(await signed('serving')).toBe('subject organization is not system:nodes');
});

test('requests that are over are removed: decided an hour ago, or waiting for a day', () => {
  const now = Date.parse('2026-01-10T12:00:00Z');
  const csr = (name: string, created: string, conditions?: { type: string; lastUpdateTime: string }[]) =>
    ({
      metadata: { name, uid: name, creationTimestamp: created },
      spec: {},
      status: conditions && { conditions: conditions.map((one) => ({ status: 'True', ...one })) },
    }) as unknown as CertificateSigningRequest;
  const requests = [
    csr('fresh', '2026-01-10T11:00:00Z'),
    csr('forgotten', '2026-01-09T11:00:00Z'),
    csr('just-approved', '2026-01-08T00:00:00Z', [{ type: 'Approved', lastUpdateTime: '2026-01-10T11:30:00Z' }]),
    csr('approved', '2026-01-10T10:00:00Z', [{ type: 'Approved', lastUpdateTime: '2026-01-10T10:30:00Z' }]),
    csr('denied', '2026-01-10T10:00:00Z', [{ type: 'Denied', lastUpdateTime: '2026-01-10T10:30:00Z' }]),
  ];
  expect(reconcileCleaner({ requests }, now).delete?.map(({ name }) => name)).toEqual([
    'forgotten',
    'approved',
    'denied',
  ]);
});

test('a Secret made for a token gets one, and goes with its account', async () => {
  const account = await cluster.client
    .resource(serviceAccounts)
    .create({ metadata: { name: 'robot', namespace: 'default' } });
  const annotations = { 'kubernetes.io/service-account.name': 'robot' };
  const metadata = { name: 'robot-token', namespace: 'default', annotations };
  await cluster.client.resource(secrets).create({ metadata, type: 'kubernetes.io/service-account-token' });
  const filled = await eventually(async () => {
    const secret = await cluster.client.resource(secrets).get('robot-token', { namespace: 'default' });
    return secret.data?.['token'] === undefined ? undefined : secret;
  });
  const text = (key: string) => Buffer.from(filled.data![key]!, 'base64').toString();
  expect([text('namespace'), text('ca.crt')]).toEqual(['default', 'PEM']);
  expect(filled.metadata.annotations).toMatchObject({ 'kubernetes.io/service-account.uid': account.metadata.uid });
  const jwt = parseJwt(text('token'))!;
  expect(isSignedBy(text('token'), jwt, [verificationKey(privateKey)])).toBe(true);
  expect(jwt.claims).toEqual({
    iss: 'kubernetes/serviceaccount',
    'kubernetes.io/serviceaccount/namespace': 'default',
    'kubernetes.io/serviceaccount/secret.name': 'robot-token',
    'kubernetes.io/serviceaccount/service-account.name': 'robot',
    'kubernetes.io/serviceaccount/service-account.uid': account.metadata.uid,
    sub: 'system:serviceaccount:default:robot',
  });
  await cluster.client.resource(serviceAccounts).delete('robot', { namespace: 'default' });
  await eventually(async () => {
    const { items } = await cluster.client.resource(secrets).list({ namespace: 'default' });
    return items.every((secret) => secret.metadata.name !== 'robot-token');
  });
});

const bootstrap = (id: string, data: Record<string, string>): Secret => ({
  metadata: { name: `bootstrap-token-${id}`, namespace: 'kube-system' },
  type: 'bootstrap.kubernetes.io/token',
  data: Object.fromEntries(
    Object.entries({ 'token-id': id, 'token-secret': '0123456789abcdef', ...data }).map(([key, value]) => [
      key,
      base64(value),
    ]),
  ),
});

test('a bootstrap token goes when its time is over', async () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  const plan = (expiration: string) => reconcileTokenCleaner({ secret: bootstrap('aaaaaa', { expiration }) }, now);
  expect(plan('2026-01-01T00:10:00Z')).toEqual({ requeueAfterMs: 600_000 });
  expect(plan('soon').delete).toHaveLength(1);
  expect(reconcileTokenCleaner({ secret: bootstrap('aaaaaa', {}) }, now)).toEqual({});
  await cluster.client.resource(secrets).create(bootstrap('bbbbbb', { expiration: '2020-01-01T00:00:00Z' }));
  await eventually(async () => {
    const { items } = await cluster.client.resource(secrets).list({ namespace: 'kube-system' });
    return items.every((secret) => secret.metadata.name !== 'bootstrap-token-bbbbbb');
  });
});

test('cluster-info is signed with every token that may sign', async () => {
  const known = (await cluster.client.resource(namespaces).list()).items.map(({ metadata }) => metadata.name);
  if (!known.includes('kube-public'))
    await cluster.client.resource(namespaces).create({ metadata: { name: 'kube-public' }, spec: {} });
  const metadata = { name: 'cluster-info', namespace: 'kube-public' };
  await cluster.client.resource(configMaps).create({ metadata, data: { kubeconfig: 'apiVersion: v1\n' } });
  await cluster.client.resource(secrets).create(bootstrap('cccccc', { 'usage-bootstrap-signing': 'true' }));
  await cluster.client.resource(secrets).create(bootstrap('dddddd', {}));
  const data = await eventually(async () => {
    const info = await cluster.client.resource(configMaps).get('cluster-info', { namespace: 'kube-public' });
    return info.data?.['jws-kubeconfig-cccccc'] === undefined ? undefined : info.data;
  });
  // What `openssl dgst -sha256 -hmac 0123456789abcdef` says of header and content.
  expect(data).toEqual({
    kubeconfig: 'apiVersion: v1\n',
    'jws-kubeconfig-cccccc': expect.stringMatching(/^eyJhbGciOiJIUzI1NiIsImtpZCI6ImNjY2NjYyJ9\.\.[\w-]{43}$/) as string,
  });
});

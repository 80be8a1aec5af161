import {
  certificateSigningRequests,
  clusterRoleBindings,
  clusterRoles,
  type CertificateSigningRequest,
} from '@wherry/api';
import { RestClient } from '@wherry/client';
import { createCertificateRequest } from '@wherry/pki/certificate-request';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { refusal } from '../testing/objects.ts';

const signerName = 'example.com/robots';
let cluster: TestApiserver;
const clients: RestClient[] = [];

beforeAll(async () => {
  cluster = await startTestApiserver();
  const rules = [
    {
      apiGroups: ['certificates.k8s.io'],
      resources: [
        'certificatesigningrequests',
        'certificatesigningrequests/approval',
        'certificatesigningrequests/status',
      ],
      verbs: ['*'],
    },
  ];
  await cluster.client.resource(clusterRoles).create({ metadata: { name: 'requests' }, rules });
  for (const user of ['nobody', 'approver', 'signer']) await bind(user, 'requests');
  await signer('approver', 'approve', signerName);
  await signer('signer', 'sign', 'example.com/*');
});
afterAll(async () => {
  for (const client of clients) client.close();
  await cluster.close();
});

async function bind(user: string, role: string): Promise<void> {
  const apiGroup = 'rbac.authorization.k8s.io';
  await cluster.client.resource(clusterRoleBindings).create({
    metadata: { name: `${user}-${role}` },
    roleRef: { apiGroup, kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup, kind: 'User', name: user }],
  });
}

async function signer(user: string, verb: string, name: string): Promise<void> {
  const rules = [{ apiGroups: ['certificates.k8s.io'], resources: ['signers'], resourceNames: [name], verbs: [verb] }];
  await cluster.client.resource(clusterRoles).create({ metadata: { name: verb }, rules });
  await bind(user, verb);
}

async function as(user: string) {
  const client = new RestClient(await cluster.configFor(user));
  clients.push(client);
  return client.resource(certificateSigningRequests);
}

async function ask(name: string, signerName: string, organizations: string[] = []): Promise<CertificateSigningRequest> {
  const { request } = await createCertificateRequest({ commonName: 'robot', organizations });
  const spec = { signerName, usages: ['client auth'], request: Buffer.from(request).toString('base64') };
  return cluster.client.resource(certificateSigningRequests).create({ metadata: { name }, spec });
}

async function write(user: string, name: string, subresource: string, status: CertificateSigningRequest['status']) {
  const csr = await cluster.client.resource(certificateSigningRequests).get(name);
  const type = { kind: 'CertificateSigningRequest', apiVersion: 'certificates.k8s.io/v1' };
  return (await as(user)).updateSubresource(name, subresource, { ...csr, ...type, status });
}

test('only who may approve for a signer does', async () => {
  await ask('robot', signerName);
  const approved = { conditions: [{ type: 'Approved', status: 'True', reason: 'Test' }] };
  for (const user of ['nobody', 'signer']) {
    expect((await refusal(write(user, 'robot', 'approval', approved))).message).toBe(
      'certificatesigningrequests.certificates.k8s.io "robot" is forbidden: user not permitted to approve requests with signerName "example.com/robots"',
    );
  }
  expect(await write('approver', 'robot', 'approval', approved)).toMatchObject({ status: approved });
});

test('only who may sign for a signer, or for its domain, does', async () => {
  await ask('other', signerName);
  const failed = { conditions: [{ type: 'Failed', status: 'True', reason: 'Test' }] };
  for (const user of ['nobody', 'approver']) {
    expect((await refusal(write(user, 'other', 'status', failed))).message).toContain(
      'user not permitted to sign requests with signerName "example.com/robots"',
    );
  }
  expect(await write('signer', 'other', 'status', failed)).toMatchObject({ status: failed });
});

test('nobody asks to be a member of system:masters', async () => {
  const client = 'kubernetes.io/kube-apiserver-client';
  expect((await refusal(ask('king', client, ['system:masters']))).message).toBe(
    `certificatesigningrequests.certificates.k8s.io "king" is forbidden: use of ${client} signer with system:masters group is not allowed`,
  );
  expect((await ask('citizen', client, ['dev'])).spec.username).toBe('kubernetes-admin');
});

import {
  apiServices,
  certificateSigningRequests,
  ingresses,
  ipAddresses,
  priorityClasses,
  serviceCidrs,
  services,
  validatingWebhookConfigurations,
  type CertificateSigningRequest,
  type Ingress,
} from '@wherry/api';
import { RestClient } from '@wherry/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCertificateRequest } from '@wherry/pki/certificate-request';
import { openMemoryStore } from '@wherry/store';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { refusal, service } from '../testing/objects.ts';

let cluster: TestApiserver;
beforeAll(async () => {
  cluster = await startTestApiserver();
});
afterAll(() => cluster.close());

describe('certificate signing requests', () => {
  const requests = () => cluster.client.resource(certificateSigningRequests);
  const spec = async (): Promise<CertificateSigningRequest['spec']> => {
    const { request } = await createCertificateRequest({ commonName: 'ann' });
    return {
      request: Buffer.from(request).toString('base64'),
      signerName: 'example.com/signer',
      usages: ['client auth'],
    };
  };
  const condition = (type: string) => ({ type, status: 'True', reason: 'Test' });

  test('say who asked, whatever the body says, and begin undecided', async () => {
    const wanted = { ...(await spec()), username: 'system:admin', groups: ['system:masters'], uid: 'x' };
    const conditions = [condition('Approved')];
    const made = await requests().create({ metadata: { name: 'a:b' }, spec: wanted, status: { conditions } });
    expect(made.spec).toMatchObject({
      username: 'kubernetes-admin',
      groups: ['system:masters', 'system:authenticated'],
    });
    expect(made.spec.uid).toBeUndefined();
    expect(made.status?.conditions).toBeUndefined();
    const changed = await requests().update({ ...made, spec: { ...made.spec, username: 'other', usages: ['any'] } });
    expect(changed.spec).toEqual(made.spec);
  });

  test('must be signed by the key they are for', async () => {
    const { request, ...rest } = await spec();
    const der = Buffer.from(
      Buffer.from(request, 'base64')
        .toString()
        .replaceAll(/-----[A-Z ]+-----/g, ''),
      'base64',
    );
    der.write('eve', der.indexOf('ann'));
    const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
    const body = { metadata: { name: 'forged' }, spec: { ...rest, request: Buffer.from(forged).toString('base64') } };
    const { status } = await refusal(requests().create(body));
    expect(status).toMatchObject({ code: 422, details: { causes: [{ field: 'spec.request' }] } });
    expect(status.message).toContain('x509: signature verification failure');
  });

  test('are approved by one door and issued by another', async () => {
    const made = await requests().create({ metadata: { name: 'doors' }, spec: await spec() });
    const approving = { ...made, status: { conditions: [condition('Approved')] } };
    expect((await refusal(requests().updateStatus(approving))).message).toContain(
      'updates may not add a condition of type "Approved"',
    );
    const call = { namespace: undefined };
    const approved = await requests().updateSubresource<CertificateSigningRequest>(
      'doors',
      'approval',
      approving,
      call,
    );
    expect(approved.status?.conditions).toMatchObject([{ type: 'Approved', lastUpdateTime: expect.any(String) }]);
    const failed = { ...approved, status: { conditions: [...approved.status!.conditions!, condition('Failed')] } };
    const seen = await requests().updateStatus(failed);
    expect(seen.status?.conditions?.map(({ type }) => type)).toEqual(['Approved', 'Failed']);
    const back = { ...seen, status: { conditions: [] } };
    expect((await refusal(requests().updateSubresource('doors', 'approval', back, call))).message).toContain(
      'updates may not remove a condition of type "Approved"',
    );
    const selected = await requests().list({ fieldSelector: 'spec.signerName=example.com/signer' });
    expect(selected.items.length).toBeGreaterThan(0);
    expect((await requests().list({ fieldSelector: 'spec.signerName=other.com/x' })).items).toEqual([]);
  });
});

test('every group-version that the server serves itself has a local APIService, which is available', async () => {
  const { items } = await cluster.client.resource(apiServices).list();
  const names = items.map(({ metadata }) => metadata.name);
  expect(names).toEqual(expect.arrayContaining(['v1.', 'v1.apps', 'v2.autoscaling', 'v1.apiextensions.k8s.io']));
  expect(names).not.toContain('v1.apiregistration.k8s.io');
  for (const { metadata, spec, status } of items) {
    expect([metadata.name, spec.service]).toEqual([`${spec.version}.${spec.group ?? ''}`, undefined]);
    expect(status?.conditions).toMatchObject([{ type: 'Available', status: 'True', reason: 'Local' }]);
  }
  const core = items.find(({ metadata }) => metadata.name === 'v1.');
  expect(core?.spec).toMatchObject({ groupPriorityMinimum: 18_000, versionPriority: 1 });
  expect(core?.metadata.labels).toEqual({ 'kube-aggregator.kubernetes.io/automanaged': 'onstart' });
});

test('the range of cluster IPs is an object that is ready', async () => {
  const { spec, status } = await cluster.client.resource(serviceCidrs).get('kubernetes');
  expect(spec.cidrs).toEqual(['10.96.0.0/16']);
  expect(status?.conditions).toMatchObject([{ type: 'Ready', status: 'True' }]);
});

describe('the address of a Service', () => {
  const addresses = () => cluster.client.resource(ipAddresses);
  const create = (name: string, more = {}) => cluster.client.resource(services).create(service(name, more));

  test('is an object as long as the Service has it', async () => {
    const { clusterIP = '' } = (await create('web')).spec;
    const { metadata, spec } = await addresses().get(clusterIP);
    expect(spec.parentRef).toEqual({ resource: 'services', namespace: 'default', name: 'web' });
    expect(metadata).toMatchObject({
      uid: expect.any(String),
      labels: { 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' },
    });
    expect((await refusal(create('second', { clusterIP }))).message).toContain('provided IP is already allocated');
    await cluster.client.resource(services).delete('web', { namespace: 'default' });
    expect((await refusal(addresses().get(clusterIP))).status.code).toBe(404);
  });

  test('may be kept from Services by anybody', async () => {
    const parentRef = { resource: 'gateways', group: 'example.com', name: 'edge' };
    await addresses().create({ metadata: { name: '10.96.7.7' }, spec: { parentRef } });
    const taken = create('taken', { clusterIP: '10.96.7.7' });
    expect((await refusal(taken)).message).toContain('provided IP is already allocated');
  });

  test('is written down again when it was forgotten', async () => {
    await using storage = await openMemoryStore();
    const first = await startTestApiserver({ storage });
    await first.client.resource(ipAddresses).delete('10.96.0.1');
    await first.close();
    const second = await startTestApiserver({ storage });
    const { spec } = await second.client.resource(ipAddresses).get('10.96.0.1');
    expect(spec.parentRef).toMatchObject({ namespace: 'default', name: 'kubernetes' });
    await second.close();
  });
});

describe('generations', () => {
  test('count what the kind is about, and its status counts for nothing', async () => {
    const client = cluster.client.resource(ingresses);
    const spec = { defaultBackend: { service: { name: 'web', port: { number: 80 } } } };
    const status = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } };
    const metadata = { name: 'web', namespace: 'default' };
    const made = await client.create({ metadata, spec, status } as Ingress);
    expect(made.metadata.generation).toBe(1);
    expect(made.status?.loadBalancer?.ingress).toBeUndefined();
    const seen = await client.updateStatus({ ...made, status });
    expect([seen.metadata.generation, seen.status?.loadBalancer?.ingress?.[0]?.ip]).toEqual([1, '192.0.2.1']);
    const changed = await client.update({ ...seen, spec: { ...spec, ingressClassName: 'x' } });
    expect([changed.metadata.generation, changed.status?.loadBalancer?.ingress?.length]).toEqual([2, 1]);
  });

  test('of webhooks count the webhooks; those of priority classes stay at one', async () => {
    const webhook = {
      name: 'a.example.com',
      clientConfig: { url: 'https://a.example.com/hook' },
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      failurePolicy: 'Ignore',
      rules: [{ operations: ['*'], apiGroups: ['none.example.com'], apiVersions: ['v1'], resources: ['none'] }],
    };
    const hooks = cluster.client.resource(validatingWebhookConfigurations);
    const made = await hooks.create({ metadata: { name: 'hooks' }, webhooks: [webhook] });
    const changed = await hooks.update({ ...made, webhooks: [{ ...webhook, timeoutSeconds: 5 }] });
    expect([made.metadata.generation, changed.metadata.generation]).toEqual([1, 2]);
    const classes = cluster.client.resource(priorityClasses);
    const low = await classes.create({ metadata: { name: 'low' }, value: 1 });
    const described = await classes.update({ ...low, description: 'for what can wait' });
    expect([low.metadata.generation, described.metadata.generation]).toEqual([1, 1]);
  });
});

test('who asks is written into the request for everyone', async () => {
  const config = await cluster.configFor('ann', ['system:masters', 'devs']);
  await using client = new RestClient(config);
  const spec = { request: '', signerName: 'example.com/signer', usages: ['client auth'] };
  const error = await refusal(client.resource(certificateSigningRequests).create({ metadata: { name: 'x' }, spec }));
  expect(error.message).toContain('PEM block type must be CERTIFICATE REQUEST');
});

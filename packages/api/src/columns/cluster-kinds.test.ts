import { expect, test } from 'vitest';
import * as kinds from '../resources.ts';
import { named, table } from './table.test-support.ts';

test('networking', async () => {
  const rule = (host: string): object => ({ host });
  const text = [
    table(kinds.ingresses, [
      named('bare'),
      {
        ...named('full'),
        spec: { ingressClassName: 'nginx', tls: [{}], rules: ['a.io', 'b.io', 'c.io', 'd.io'].map(rule) },
        status: { loadBalancer: { ingress: [{ hostname: 'lb.example.com' }, { ip: '1.1.1.1' }, { ip: '1.1.1.1' }] } },
      },
      { ...named('three'), spec: { rules: ['a.io', 'b.io', 'c.io'].map(rule) } },
    ]),
    table(kinds.ingressClasses, [
      { ...named('plain'), spec: { controller: 'example.com/ic' } },
      {
        ...named('configured'),
        spec: { controller: 'example.com/ic', parameters: { apiGroup: 'k8s.example.com', kind: 'Conf', name: 'x' } },
      },
    ]),
    table(kinds.networkPolicies, [
      { ...named('all'), spec: { podSelector: {} } },
      { ...named('some'), spec: { podSelector: { matchLabels: { app: 'db' } } } },
    ]),
    table(kinds.ipAddresses, [
      { ...named('10.96.0.10'), spec: { parentRef: { resource: 'services', namespace: 'kube-system', name: 'dns' } } },
      { ...named('10.96.0.11'), spec: { parentRef: { group: 'example.com', resource: 'Things', name: 't' } } },
    ]),
    table(kinds.serviceCidrs, [{ ...named('kubernetes'), spec: { cidrs: ['10.96.0.0/16', 'fd00::/112'] } }]),
  ];
  await expect(text.join('')).toMatchFileSnapshot('testdata/networking.txt');
});

test('rbac and certificates', async () => {
  const subjects = [
    { kind: 'User', name: 'ann' },
    { kind: 'User', name: 'bob' },
    { kind: 'Group', name: 'ops' },
    { kind: 'ServiceAccount', name: 'bot', namespace: 'ci' },
  ];
  const request = { request: '', signerName: 'kubernetes.io/kubelet-serving', username: 'system:node:n1' };
  const conditions = (...types: string[]): object[] => types.map((type) => ({ type, status: 'True' }));
  const text = [
    table(kinds.roles, [named('reader')]),
    table(kinds.clusterRoleBindings, [
      { ...named('bound'), roleRef: { kind: 'ClusterRole', name: 'view' }, subjects },
      { ...named('nobody'), roleRef: { kind: 'ClusterRole', name: 'view' } },
    ]),
    table(kinds.certificateSigningRequests, [
      { ...named('new'), spec: { ...request, expirationSeconds: 86_400 } },
      { ...named('issued'), spec: request, status: { conditions: conditions('Approved'), certificate: 'YQ==' } },
      { ...named('failed'), spec: request, status: { conditions: conditions('Approved', 'Failed') } },
      { ...named('denied'), spec: request, status: { conditions: conditions('Denied') } },
    ]),
  ];
  await expect(text.join('')).toMatchFileSnapshot('testdata/rbac.txt');
});

test('storage and scheduling', async () => {
  const isDefault = { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } };
  const text = [
    table(kinds.storageClasses, [
      { ...named('standard', isDefault), provisioner: 'example.com/disk', allowVolumeExpansion: true },
      { ...named('slow'), provisioner: 'x/y', reclaimPolicy: 'Retain', volumeBindingMode: 'WaitForFirstConsumer' },
    ]),
    table(kinds.volumeAttachments, [
      {
        ...named('a'),
        spec: { attacher: 'csi.example.com', nodeName: 'n1', source: { persistentVolumeName: 'pv-1' } },
        status: { attached: true },
      },
    ]),
    table(kinds.csiDrivers, [
      { ...named('bare'), spec: {} },
      {
        ...named('full'),
        spec: {
          attachRequired: false,
          podInfoOnMount: true,
          storageCapacity: true,
          requiresRepublish: true,
          tokenRequests: [{ audience: 'a' }, { audience: 'b' }],
          volumeLifecycleModes: ['Persistent', 'Ephemeral'],
        },
      },
    ]),
    table(kinds.csiNodes, [{ ...named('n1'), spec: { drivers: [{ name: 'd', nodeID: 'n1' }] } }]),
    table(kinds.csiStorageCapacities, [
      { ...named('c'), storageClassName: 'standard', capacity: '10Gi' },
      { ...named('d'), storageClassName: 'standard' },
    ]),
    table(kinds.volumeAttributesClasses, [{ ...named('fast'), driverName: 'csi.example.com' }]),
    table(kinds.priorityClasses, [
      { ...named('high'), value: 1000, globalDefault: true, preemptionPolicy: 'Never' },
      named('none'),
    ]),
    table(kinds.runtimeClasses, [{ ...named('gvisor'), handler: 'runsc' }]),
  ];
  await expect(text.join('')).toMatchFileSnapshot('testdata/storage.txt');
});

test('admission, flow control and API services', async () => {
  const queuing = { queues: 64, handSize: 6, queueLengthLimit: 50 };
  const policy = { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } };
  const service = { namespace: 'kube-system', name: 'metrics' };
  const available = (status: string, reason: string): object => ({
    conditions: [{ type: 'Available', status, reason }],
  });
  const versions = { groupPriorityMinimum: 100, versionPriority: 10 };
  const text = [
    table(kinds.validatingWebhookConfigurations, [
      { ...named('hooks'), webhooks: [{ name: 'a' }, { name: 'b' }] },
      named('none'),
    ]),
    table(kinds.validatingAdmissionPolicies, [
      { ...named('strict'), spec: { ...policy, validations: [{ expression: 'true' }] } },
      named('empty'),
    ]),
    table(kinds.mutatingAdmissionPolicies, [
      { ...named('adds'), spec: { ...policy, mutations: [{ patchType: 'JSONPatch' }] } },
    ]),
    table(kinds.validatingAdmissionPolicyBindings, [
      { ...named('named'), spec: { policyName: 'strict', paramRef: { name: 'p', namespace: 'ns' } } },
      { ...named('selected'), spec: { policyName: 'strict', paramRef: { selector: { matchLabels: { a: 'b' } } } } },
      { ...named('bare'), spec: { policyName: 'strict' } },
    ]),
    table(kinds.flowSchemas, [
      {
        ...named('global-default'),
        spec: {
          matchingPrecedence: 9900,
          priorityLevelConfiguration: { name: 'global-default' },
          distinguisherMethod: { type: 'ByUser' },
        },
        status: { conditions: [{ type: 'Dangling', status: 'False' }] },
      },
      named('bare'),
    ]),
    table(kinds.priorityLevelConfigurations, [
      {
        ...named('workload-low'),
        spec: {
          type: 'Limited',
          limited: { nominalConcurrencyShares: 100, limitResponse: { type: 'Queue', queuing } },
        },
      },
      { ...named('exempt'), spec: { type: 'Exempt' } },
    ]),
    table(kinds.apiServices, [
      { ...named('v1.'), spec: versions, status: available('True', 'Local') },
      { ...named('v1.metrics.k8s.io'), spec: { ...versions, service }, status: available('False', 'MissingEndpoints') },
      { ...named('v1.new.io'), spec: { ...versions, service } },
    ]),
  ];
  await expect(text.join('')).toMatchFileSnapshot('testdata/admission.txt');
});

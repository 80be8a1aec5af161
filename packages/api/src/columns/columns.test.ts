import { decode, type KubeObject } from '@wherry/apimachinery';
import { describe, expect, test } from 'vitest';
import {
  configMaps,
  deployments,
  endpointSlices,
  endpoints,
  events,
  eventsV1,
  leases,
  namespaces,
  nodes,
  pods,
  replicaSets,
  resources,
  secrets,
  serviceAccounts,
  services,
} from '../resources.ts';
import { humanDuration } from './age.ts';
import { created, named, now, table } from './table.test-support.ts';

const running = { running: { startedAt: created } };
const container = (name: string, state: object, more: object = {}): object => ({
  name,
  image: 'i',
  imageID: '',
  ready: false,
  restartCount: 0,
  state,
  ...more,
});
const pod = (name: string, status: object, spec: object = {}, meta: object = {}): object => ({
  ...named(name, meta),
  spec: { containers: [{ name: 'a' }, { name: 'b' }], ...spec },
  status,
});
const ready = { type: 'Ready', status: 'True' };
const last = { terminated: { exitCode: 1, finishedAt: '2024-05-01T11:58:00Z' } };
const both = [container('a', running, { ready: true }), container('b', running, { ready: true })];

describe('columns, as upstream prints them', () => {
  test('pods', async () => {
    const rows = [
      pod('pending', { phase: 'Pending' }),
      pod('gated', {
        phase: 'Pending',
        conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }],
      }),
      pod('creating', {
        phase: 'Pending',
        containerStatuses: [container('a', { waiting: { reason: 'ContainerCreating' } })],
      }),
      pod(
        'running',
        { phase: 'Running', podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }], containerStatuses: both },
        { nodeName: 'n1' },
      ),
      pod('crashing', {
        phase: 'Running',
        containerStatuses: [
          container('a', running, { ready: true }),
          container('b', { waiting: { reason: 'CrashLoopBackOff' } }, { restartCount: 3, lastState: last }),
        ],
      }),
      pod('restarted', {
        phase: 'Running',
        containerStatuses: [both[0], container('b', running, { ready: true, restartCount: 2 })],
      }),
      pod('no-image', {
        phase: 'Pending',
        containerStatuses: [container('a', { waiting: { reason: 'ErrImagePull' } })],
      }),
      pod('failed', {
        phase: 'Failed',
        containerStatuses: [container('a', { terminated: { exitCode: 3, reason: 'Error' } })],
      }),
      pod('exit-code', { phase: 'Failed', containerStatuses: [container('a', { terminated: { exitCode: 3 } })] }),
      pod('signalled', {
        phase: 'Failed',
        containerStatuses: [container('a', { terminated: { exitCode: 137, signal: 9 } })],
      }),
      pod('evicted', { phase: 'Failed', reason: 'Evicted' }),
      pod('completed', {
        phase: 'Succeeded',
        containerStatuses: [container('a', { terminated: { exitCode: 0, reason: 'Completed' } })],
      }),
      pod('half-done', {
        phase: 'Running',
        conditions: [ready],
        containerStatuses: [container('a', { terminated: { exitCode: 0, reason: 'Completed' } }), both[1]],
      }),
      pod('half-done-unready', {
        phase: 'Running',
        containerStatuses: [container('a', { terminated: { exitCode: 0, reason: 'Completed' } }), both[1]],
      }),
      pod('leaving', { phase: 'Running', containerStatuses: both }, {}, { deletionTimestamp: created }),
      pod('leaving-done', { phase: 'Succeeded' }, {}, { deletionTimestamp: created }),
      pod('node-lost', { phase: 'Running', reason: 'NodeLost' }, {}, { deletionTimestamp: created }),
      pod(
        'init-1-of-2',
        {
          phase: 'Pending',
          initContainerStatuses: [container('x', { terminated: { exitCode: 0 } }), container('y', running)],
          containerStatuses: [container('a', { waiting: { reason: 'PodInitializing' } })],
        },
        { initContainers: [{ name: 'x' }, { name: 'y' }] },
      ),
      pod(
        'init-crashing',
        {
          phase: 'Pending',
          initContainerStatuses: [
            container('x', { waiting: { reason: 'CrashLoopBackOff' } }, { restartCount: 4, lastState: last }),
          ],
        },
        { initContainers: [{ name: 'x' }] },
      ),
      pod(
        'init-error',
        { phase: 'Pending', initContainerStatuses: [container('x', { terminated: { exitCode: 2, reason: 'Error' } })] },
        { initContainers: [{ name: 'x' }] },
      ),
      pod(
        'sidecar',
        {
          phase: 'Running',
          conditions: [{ type: 'Initialized', status: 'True' }],
          initContainerStatuses: [
            container('x', running, { ready: true, started: true, restartCount: 1, lastState: last }),
          ],
          containerStatuses: both,
        },
        { initContainers: [{ name: 'x', restartPolicy: 'Always' }] },
      ),
      pod(
        'gates',
        {
          phase: 'Running',
          conditions: [{ type: 'x/a', status: 'True' }],
          containerStatuses: both,
          nominatedNodeName: 'n2',
        },
        { readinessGates: [{ conditionType: 'x/a' }, { conditionType: 'x/b' }] },
      ),
    ];
    await expect(table(pods, rows)).toMatchFileSnapshot('testdata/pods.txt');
  });

  test('nodes', async () => {
    const info = {
      osImage: 'Debian 12',
      kernelVersion: '6.1',
      containerRuntimeVersion: 'docker://20.10',
      kubeletVersion: 'v1.36.0',
    };
    const rows = [
      { ...named('new') },
      {
        ...named('good', {
          labels: { 'node-role.kubernetes.io/worker': '', 'node-role.kubernetes.io/control-plane': '' },
        }),
        status: {
          conditions: [ready],
          addresses: [
            { type: 'InternalIP', address: '192.168.0.2' },
            { type: 'ExternalIP', address: '1.2.3.4' },
          ],
          nodeInfo: info,
        },
      },
      { ...named('drained'), spec: { unschedulable: true }, status: { conditions: [ready], nodeInfo: info } },
      {
        ...named('silent', { labels: { 'kubernetes.io/role': 'edge' } }),
        status: { conditions: [{ type: 'Ready', status: 'Unknown' }] },
      },
    ];
    await expect(table(nodes, rows)).toMatchFileSnapshot('testdata/nodes.txt');
  });

  test('services', async () => {
    const port = { port: 80, protocol: 'TCP' };
    const rows = [
      {
        ...named('plain'),
        spec: { type: 'ClusterIP', clusterIP: '10.96.0.1', ports: [port], selector: { b: '2', a: '1' } },
      },
      { ...named('headless'), spec: { type: 'ClusterIP', clusterIP: 'None', clusterIPs: ['None'] } },
      {
        ...named('node-port'),
        spec: {
          type: 'NodePort',
          clusterIP: '10.96.0.2',
          ports: [
            { ...port, nodePort: 30080 },
            { port: 53, protocol: 'UDP' },
          ],
        },
      },
      { ...named('pending'), spec: { type: 'LoadBalancer', clusterIP: '10.96.0.3', ports: [port] } },
      {
        ...named('balanced'),
        spec: { type: 'LoadBalancer', clusterIP: '10.96.0.4', externalIPs: ['9.9.9.9'], ports: [port] },
        status: { loadBalancer: { ingress: [{ hostname: 'lb.example.com' }, { ip: '1.1.1.1' }] } },
      },
      { ...named('alias'), spec: { type: 'ExternalName', externalName: 'example.com' } },
      {
        ...named('external'),
        spec: { type: 'ClusterIP', clusterIP: '10.96.0.5', externalIPs: ['1.1.1.1', '2.2.2.2'], ports: [port] },
      },
    ];
    await expect(table(services, rows)).toMatchFileSnapshot('testdata/services.txt');
  });

  test('deployments and replica sets', async () => {
    const spec = {
      replicas: 3,
      selector: {
        matchLabels: { app: 'web' },
        matchExpressions: [{ key: 'tier', operator: 'In', values: ['b', 'a'] }],
      },
      template: {
        spec: {
          containers: [
            { name: 'a', image: 'x:1' },
            { name: 'b', image: 'y:2' },
          ],
        },
      },
    };
    const status = { replicas: 3, readyReplicas: 2, availableReplicas: 1 };
    const text =
      table(deployments, [
        { ...named('web'), spec, status: { ...status, updatedReplicas: 3 } },
        { ...named('new'), spec },
      ]) +
      table(replicaSets, [
        { ...named('web-1'), spec, status },
        { ...named('new-1'), spec: { ...spec, replicas: 0 } },
      ]);
    await expect(text).toMatchFileSnapshot('testdata/workloads.txt');
  });

  test('endpoints and endpoint slices', async () => {
    const ips = (...list: string[]): object[] => list.map((ip) => ({ ip }));
    const port = { port: 80 };
    const text =
      table(endpoints, [
        named('none'),
        { ...named('one'), subsets: [{ addresses: ips('10.0.0.1'), ports: [port] }] },
        { ...named('none-ready'), subsets: [{ notReadyAddresses: ips('10.0.0.1'), ports: [port] }] },
        {
          ...named('many'),
          subsets: [{ addresses: ips('10.0.0.1', '10.0.0.2', '10.0.0.3'), ports: [port, { port: 443 }] }],
        },
        { ...named('portless'), subsets: [{ addresses: ips('10.0.0.1', '::1') }] },
        { ...named('v6'), subsets: [{ addresses: ips('fd00::1'), ports: [port] }] },
      ]) +
      table(endpointSlices, [
        { ...named('empty'), addressType: 'IPv4' },
        {
          ...named('full'),
          addressType: 'IPv4',
          ports: [{ port: 80 }, { name: 'any' }, { port: 443 }, { port: 8080 }],
          endpoints: [
            { addresses: ['10.0.0.1'] },
            { addresses: ['10.0.0.2', '10.0.0.3', '10.0.0.4'] },
            { addresses: ['10.0.0.5'] },
          ],
        },
      ]);
    await expect(text).toMatchFileSnapshot('testdata/endpoints.txt');
  });

  test('events of both groups', async () => {
    const subject = { kind: 'Pod', name: 'p', namespace: 'default', fieldPath: 'spec.containers{a}' };
    const text =
      table(events, [
        {
          ...named('p.1'),
          involvedObject: subject,
          type: 'Warning',
          reason: 'BackOff',
          message: ' Back-off restarting \n',
          source: { component: 'kubelet', host: 'n1' },
          firstTimestamp: '2024-05-01T11:00:00Z',
          lastTimestamp: '2024-05-01T11:59:30Z',
          count: 7,
        },
        {
          ...named('p.2'),
          involvedObject: { kind: 'Node' },
          type: 'Normal',
          reason: 'Scheduled',
          eventTime: '2024-05-01T11:58:00.000000Z',
          reportingComponent: 'default-scheduler',
          series: { count: 4, lastObservedTime: '2024-05-01T11:59:50.000000Z' },
        },
        { ...named('p.3'), involvedObject: subject },
      ]) +
      table(eventsV1, [
        {
          ...named('p.4'),
          regarding: subject,
          type: 'Normal',
          reason: 'Scheduled',
          note: 'Successfully assigned',
          eventTime: '2024-05-01T11:58:00.000000Z',
          reportingController: 'default-scheduler',
          reportingInstance: 'host-1',
        },
      ]);
    await expect(text).toMatchFileSnapshot('testdata/events.txt');
  });

  test('the small kinds', async () => {
    const text = [
      table(namespaces, [
        { ...named('default'), status: { phase: 'Active' } },
        { ...named('old'), status: { phase: 'Terminating' } },
      ]),
      table(configMaps, [{ ...named('c'), data: { a: '', b: '' }, binaryData: { c: '' } }, named('empty')]),
      table(secrets, [{ ...named('s'), type: 'Opaque', data: { a: '' } }]),
      table(serviceAccounts, [named('default'), { ...named('old'), secrets: [{ name: 'x' }] }]),
      table(leases, [{ ...named('l'), spec: { holderIdentity: 'me_1' } }, named('free')]),
    ];
    await expect(text.join('')).toMatchFileSnapshot('testdata/small-kinds.txt');
  });

  test('every resource can print an object that has nothing but a name', () => {
    for (const resource of resources) {
      const { object } = decode<KubeObject>(resource.schema, { metadata: { name: 'bare' } });
      for (const column of resource.columns) expect(() => column.cell(object, now)).not.toThrow();
    }
  });
});

test.each([
  [-5_000, '<invalid>'],
  [-1_500, '0s'],
  [0, '0s'],
  [119_999, '119s'],
  [120_000, '2m'],
  [125_000, '2m5s'],
  [599_000, '9m59s'],
  [600_000, '10m'],
  [179 * 60_000, '179m'],
  [180 * 60_000, '3h'],
  [185 * 60_000, '3h5m'],
  [8 * 3_600_000, '8h'],
  [47 * 3_600_000, '47h'],
  [48 * 3_600_000, '2d'],
  [51 * 3_600_000, '2d3h'],
  [191 * 3_600_000, '7d23h'],
  [192 * 3_600_000, '8d'],
  [729 * 86_400_000, '729d'],
  [730 * 86_400_000, '2y'],
  [800 * 86_400_000, '2y70d'],
  [8 * 365 * 86_400_000, '8y'],
])('%i milliseconds are %s', (milliseconds, text) => {
  expect(humanDuration(milliseconds)).toBe(text);
});

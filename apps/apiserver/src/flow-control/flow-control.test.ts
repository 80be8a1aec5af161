import {
  flowSchemas,
  priorityLevelConfigurations,
  type FlowSchema,
  type PriorityLevelConfiguration,
} from '@wherry/api';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import type { RequestInfo } from '../http/request-info.ts';
import { classify, inOrder } from './classify.ts';
import { defaultFlowSchemas, defaultPriorityLevels } from './default-configuration.ts';
import { deal, FairQueues } from './fair-queues.ts';
import { FlowControl, limitsOf, type Seat } from './flow-control.ts';

const info = (verb: string, resource: string, more: Partial<RequestInfo> = {}): RequestInfo =>
  ({
    isResource: true,
    verb,
    path: '',
    group: '',
    version: 'v1',
    namespace: 'a',
    resource,
    subresource: '',
    name: 'x',
    ...more,
  }) as RequestInfo;
const user = (name: string, ...groups: string[]) => ({ name, groups: [...groups, 'system:authenticated'] });
const health = info('get', '', { isResource: false, path: '/readyz', namespace: '' });

test.each([
  ['an administrator', user('admin', 'system:masters'), info('delete', 'pods'), 'exempt', ''],
  ['a health probe of anybody', { name: 'system:anonymous', groups: ['system:unauthenticated'] }, health, 'probes', ''],
  [
    'the lease of a node',
    user('system:node:n1', 'system:nodes'),
    info('update', 'leases', { group: 'coordination.k8s.io' }),
    'system-node-high',
    'system:node:n1',
  ],
  [
    'a node’s other requests',
    user('system:node:n1', 'system:nodes'),
    info('list', 'pods'),
    'system-nodes',
    'system:node:n1',
  ],
  ['a controller', user('system:kube-controller-manager'), info('create', 'pods'), 'kube-controller-manager', 'a'],
  [
    'a controller that wants to lead',
    user('system:kube-controller-manager'),
    info('update', 'leases', { group: 'coordination.k8s.io' }),
    'system-leader-election',
    'system:kube-controller-manager',
  ],
  [
    'a service account',
    user('system:serviceaccount:a:b', 'system:serviceaccounts', 'system:serviceaccounts:a'),
    info('list', 'pods'),
    'service-accounts',
    'system:serviceaccount:a:b',
  ],
  ['a person', user('jane'), info('list', 'nodes', { namespace: '' }), 'global-default', 'jane'],
])('by default %s goes where upstream sends it', (_, who, what, schema, distinguisher) => {
  const flow = classify(inOrder(defaultFlowSchemas()), who, what);
  expect([flow?.schema.metadata.name, flow?.distinguisher]).toEqual([schema, distinguisher]);
});

test('the seats are shared as the levels’ shares say', () => {
  const levels = defaultPriorityLevels();
  const shares = levels.reduce((sum, { spec }) => sum + (spec.limited?.nominalConcurrencyShares ?? 0), 0);
  const seats = Object.fromEntries(
    levels.map((level) => [level.metadata.name, limitsOf(level.spec, 600, shares)?.seats]),
  );
  expect(seats).toEqual({
    exempt: undefined,
    system: 74,
    'node-high': 98,
    'leader-election': 25,
    'workload-high': 98,
    'workload-low': 245,
    'global-default': 49,
    'catch-all': 13,
  });
});

test('a hand has as many different queues as it should, and spreads over all of them', () => {
  const hash = fc.integer({ min: 0, max: 2 ** 48 - 1 });
  fc.assert(
    fc.property(hash, fc.integer({ min: 1, max: 128 }), fc.integer({ min: 1, max: 10 }), (value, deck, size) => {
      const hand = deal(value, deck, size);
      expect(new Set(hand).size).toBe(Math.min(deck, size));
      for (const card of hand) expect(card >= 0 && card < deck).toBe(true);
    }),
  );
  const seen = new Set(Array.from({ length: 2_000 }, (_, index) => deal(index * 7_919_317, 64, 6)).flat());
  expect(seen.size).toBe(64);
});

test('an elephant does not keep the mice waiting: every flow gets its turn', () => {
  const queues = new FairQueues({
    seats: 1,
    lendable: 0,
    borrowable: 0,
    queuing: { queues: 64, handSize: 6, queueLengthLimit: 50 },
  });
  queues.take();
  const order: string[] = [];
  for (let index = 0; index < 100; index++) queues.enqueue(11, { run: () => order.push('elephant') });
  for (let mouse = 0; mouse < 5; mouse++)
    queues.enqueue(1_000_003 * (mouse + 1), { run: () => order.push(`mouse ${mouse}`) });
  while (queues.waiting > 0) {
    queues.release();
    queues.next()?.run();
  }
  const last = Math.max(...Array.from({ length: 5 }, (_, mouse) => order.indexOf(`mouse ${mouse}`)));
  // The elephant has six queues at most: after one round of all queues every mouse has been served.
  expect(last).toBeLessThan(12);
});

test('what finds its queues full is refused, and nothing grows without bound', () => {
  const queues = new FairQueues({
    seats: 1,
    lendable: 0,
    borrowable: 0,
    queuing: { queues: 4, handSize: 2, queueLengthLimit: 3 },
  });
  const accepted = Array.from({ length: 20 }, () => queues.enqueue(5, { run: () => undefined })).filter(Boolean);
  expect(accepted).toHaveLength(6);
  expect(queues.waiting).toBe(6);
});

let cluster: TestApiserver;
beforeAll(async () => {
  cluster = await startTestApiserver();
});
afterAll(() => cluster.close());

test('the configuration is there from the start, each schema knows its level, and every answer names both', async () => {
  const schemas = (await cluster.client.resource(flowSchemas).list()).items;
  expect(schemas.map(({ metadata }) => metadata.name)).toEqual(
    defaultFlowSchemas()
      .map(({ metadata }) => metadata.name)
      .toSorted((a, b) => (a < b ? -1 : 1)),
  );
  for (const { status } of schemas) {
    expect(status?.conditions).toMatchObject([{ type: 'Dangling', status: 'False', reason: 'Found' }]);
  }
  const { headers } = await cluster.client.stream({ method: 'GET', path: '/api/v1/namespaces' });
  const exempt = schemas.find(({ metadata }) => metadata.name === 'exempt');
  expect(headers['x-kubernetes-pf-flowschema-uid']).toBe(exempt?.metadata.uid);
});

test('a level of one’s own bounds what its flows may do at a time; leases of nodes go on meanwhile', async () => {
  const tiny: PriorityLevelConfiguration = {
    metadata: { name: 'tiny' },
    spec: {
      type: 'Limited',
      limited: {
        nominalConcurrencyShares: 1,
        borrowingLimitPercent: 0,
        limitResponse: { type: 'Queue', queuing: { queues: 1, handSize: 1, queueLengthLimit: 2 } },
      },
    },
  };
  const resourceRules = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'], clusterScope: true }];
  const schema: FlowSchema = {
    metadata: { name: 'tiny' },
    spec: {
      matchingPrecedence: 10,
      priorityLevelConfiguration: { name: 'tiny' },
      rules: [{ subjects: [{ kind: 'User', user: { name: 'greedy' } }], resourceRules }],
    },
  };
  const configuration = {
    lastChange: () => 1,
    schemas: () => [...defaultFlowSchemas(), schema],
    levels: () => [...defaultPriorityLevels(), tiny],
  };
  const control = new FlowControl(configuration, { totalSeats: 100, maxWaitMs: 20 });
  const greedy = user('greedy');
  const ask = () => control.acquire(greedy, info('list', 'pods'), () => new AbortController().signal);
  const first = ask() as Seat;
  expect(first).not.toBeInstanceOf(Promise);
  const [second, third, fourth] = [ask(), ask(), ask()].map((seat) => Promise.resolve(seat));
  await expect(fourth).rejects.toThrow('Too many requests, please try again later.');
  const node = user('system:node:n1', 'system:nodes');
  const lease = control.acquire(
    node,
    info('update', 'leases', { group: 'coordination.k8s.io' }),
    () => new AbortController().signal,
  );
  expect(lease).not.toBeInstanceOf(Promise);
  first.release();
  (await second)?.release();
  (await third)?.release();
  const holder = ask() as Seat;
  await expect(ask()).rejects.toThrow('Too many requests');
  holder.release();
});

test('what an administrator changed of the mandatory levels is put right, the rest is his', async () => {
  const levels = cluster.client.resource(priorityLevelConfigurations);
  await expect(levels.patch('exempt', { spec: { type: 'Limited' } }, { type: 'merge' })).rejects.toThrow();
  await levels.patch(
    'workload-low',
    {
      metadata: { annotations: { 'apf.kubernetes.io/autoupdate-spec': 'false' } },
      spec: { limited: { nominalConcurrencyShares: 7 } },
    },
    { type: 'merge' },
  );
  expect((await levels.get('workload-low')).spec.limited?.nominalConcurrencyShares).toBe(7);
});

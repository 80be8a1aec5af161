import { events, nodes, pods, type Node, type Pod } from '@wherry/api';
import { EventRecorder, RestClient } from '@wherry/client';
import { createLogger } from '@wherry/daemon';
import { Registry } from '@wherry/daemon/metrics';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../test/fixture/cluster-fixture.ts';
import { createSchedulerMetrics, defaultPlugins, Scheduler, schedulerInformers, writeBack } from './index.ts';

let cluster: TestApiserver;
let stop: AbortController;
let running: Promise<unknown>;
let scheduler: Scheduler;
let registry: Registry;
let client: RestClient;
let errors: unknown[];

beforeEach(async () => {
  cluster = await startTestApiserver();
  errors = [];
  const log = createLogger('test-scheduler');
  log.level = process.env['TEST_SCHEDULER_LOG'] ?? 'silent';
  // Under its own identity: it may do what it does, and needs no more.
  client = new RestClient(await cluster.configFor('system:kube-scheduler'));
  const write = writeBack(client);
  registry = new Registry();
  const metrics = createSchedulerMetrics(registry, () => scheduler.queue.counts);
  const plugins = defaultPlugins((info, nodeName, signal) => write.bind(info.pod, nodeName, signal));
  const recorder = new EventRecorder(client, 'default-scheduler', { onError: (error) => void errors.push(error) });
  scheduler = new Scheduler({ plugins, write, recorder, metrics, log });
  const informers = schedulerInformers(client, scheduler, log);
  stop = new AbortController();
  running = Promise.all([informers.run(stop.signal), scheduler.run(stop.signal)]);
  await informers.waitForSync(stop.signal);
});
afterEach(async () => {
  stop.abort();
  await running;
  client.close();
  await cluster.close();
  expect(errors).toEqual([]);
});

async function createNode(name: string, cpu: string, more: Partial<Node['spec']> = {}): Promise<void> {
  const allocatable = { cpu, memory: '4Gi', pods: '110' };
  const node = { metadata: { name }, spec: more };
  await cluster.client.resource(nodes).create(node);
  // The fixture has no node controller to take the taint of a new node away.
  const stored = await cluster.client.resource(nodes).get(name);
  await cluster.client.resource(nodes).updateStatus({ ...stored, status: { allocatable, capacity: allocatable } });
  await cluster.client.resource(nodes).patch(name, { spec: { taints: more.taints ?? null } }, { type: 'merge' });
}
const pod = (name: string, cpu: string, spec: Partial<Pod['spec']> = {}): Pod => ({
  metadata: { name, namespace: 'default' },
  spec: { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu } } }], ...spec },
});
const get = (name: string): Promise<Pod> => cluster.client.resource(pods).get(name, { namespace: 'default' });

async function until<T>(read: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
const bound = (name: string): Promise<Pod> =>
  until(
    () => get(name),
    (p) => p.spec.nodeName !== undefined,
  );
async function eventsOf(name: string, reason: string): Promise<string[]> {
  const list = await cluster.client.resource(events).list({ namespace: 'default' });
  return list.items.filter((e) => e.involvedObject.name === name && e.reason === reason).map((e) => e.message ?? '');
}

it('binds pods to nodes that have room, and says so', async () => {
  await createNode('a', '1');
  await createNode('b', '2');
  await Promise.all(['p1', 'p2', 'p3'].map((name) => cluster.client.resource(pods).create(pod(name, '900m'))));
  const placed = await Promise.all(['p1', 'p2', 'p3'].map(bound));
  expect(placed.map((p) => p.spec.nodeName ?? '').toSorted((a, b) => a.localeCompare(b))).toEqual(['a', 'b', 'b']);
  expect(placed[0]?.status?.conditions).toMatchObject([{ type: 'PodScheduled', status: 'True' }]);
  const said = await until(
    () => eventsOf('p1', 'Scheduled'),
    (messages) => messages.length > 0,
  );
  expect(said).toEqual([`Successfully assigned default/p1 to ${placed[0]?.spec.nodeName}`]);
});

it('says why a pod finds no node, and binds it when that changes', async () => {
  await createNode('small', '1');
  await createNode('tainted', '8', { taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] });
  await createNode('cordoned', '8', { unschedulable: true });
  await cluster.client.resource(pods).create(pod('p', '2'));
  const waiting = await until(
    () => get('p'),
    (p) => p.status?.conditions?.some((c) => c.reason === 'Unschedulable') === true,
  );
  const message =
    '0/3 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable. ' +
    'preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.';
  expect(waiting.status?.conditions).toMatchObject([
    { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message },
  ]);
  expect(
    await until(
      () => eventsOf('p', 'FailedScheduling'),
      (messages) => messages.length > 0,
    ),
  ).toContain(message);
  const text = await registry.metrics();
  expect(text).toContain('scheduler_pending_pods{queue="unschedulable"} 1');
  expect(text).toContain('scheduler_schedule_attempts_total{result="unschedulable",profile="default-scheduler"} 1');
  await cluster.client.resource(nodes).patch('cordoned', { spec: { unschedulable: null } }, { type: 'merge' });
  expect((await bound('p')).spec.nodeName).toBe('cordoned');
});

it('uses the room of a pod that ended', async () => {
  await createNode('a', '1');
  await cluster.client.resource(pods).create(pod('first', '800m'));
  const first = await bound('first');
  await cluster.client.resource(pods).create(pod('second', '800m'));
  await until(
    () => eventsOf('second', 'FailedScheduling'),
    (messages) => messages.length > 0,
  );
  await cluster.client.resource(pods).updateStatus({ ...first, status: { ...first.status, phase: 'Succeeded' } });
  expect((await bound('second')).spec.nodeName).toBe('a');
});

it('leaves pods of other schedulers, and those with gates, alone', async () => {
  await createNode('a', '4');
  await cluster.client.resource(pods).create(pod('other', '1m', { schedulerName: 'mine' }));
  await cluster.client.resource(pods).create(pod('gated', '1m', { schedulingGates: [{ name: 'g' }] }));
  await cluster.client.resource(pods).create(pod('free', '1m'));
  await bound('free');
  expect((await get('other')).spec.nodeName).toBeUndefined();
  expect((await get('gated')).spec.nodeName).toBeUndefined();
  expect(scheduler.queue.counts.gated).toBe(1);
  const gated = await get('gated');
  await cluster.client.resource(pods).update({ ...gated, spec: { ...gated.spec, schedulingGates: [] } });
  await bound('gated');
});

import { expect, it } from 'vitest';
import { defaultPlugins } from '../plugins/index.ts';
import { ClusterState } from './cluster-state.ts';
import { madeUpNode, madeUpPod } from './made-up.ts';
import { podInfo, type PodInfo } from './pod-info.ts';
import { SchedulingQueue, type QueuedPod } from './scheduling-queue.ts';

const plugins = defaultPlugins(async () => undefined);
const pod = (name: string, priority = 0, cpu = '1'): PodInfo => podInfo(madeUpPod({ name, cpu, spec: { priority } }));
const queueOf = (...infos: PodInfo[]): SchedulingQueue => {
  const queue = new SchedulingQueue(plugins);
  infos.forEach((info, i) => queue.add(info, i));
  return queue;
};
const pop = (queue: SchedulingQueue, nowMs: number): QueuedPod => {
  const next = queue.pop(nowMs);
  if (next === undefined) throw new Error('nothing to pop');
  return next;
};
const fit = new Set(['NodeResourcesFit']);

it('gives the highest priority first, then the one that waited longest', () => {
  const queue = queueOf(pod('a'), pod('b', 10), pod('c'), pod('d', 10));
  const order = ['b', 'd', 'a', 'c'];
  expect(order.map(() => pop(queue, 100).info.pod.metadata.name)).toEqual(order);
  expect(queue.pop(100)).toBeUndefined();
});

it('backs off after an error: 1 s, doubled up to 10 s', () => {
  const queue = queueOf(pod('a'));
  let nowMs = 0;
  const waits: number[] = [];
  for (let i = 0; i < 6; i++) {
    queue.fail(pop(queue, nowMs), 'error', nowMs);
    const readyMs = queue.nextReadyMs() ?? Number.NaN;
    expect(queue.pop(readyMs - 1)).toBeUndefined();
    waits.push(readyMs - nowMs);
    nowMs = readyMs;
  }
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
});

it('wakes an unschedulable pod by what may help it, after its back-off, and by nothing else', () => {
  const state = new ClusterState();
  const small = state.setNode(madeUpNode({ name: 'small', cpu: '500m' }));
  const large = state.setNode(madeUpNode({ name: 'large' }));
  const queue = queueOf(pod('a'));
  queue.fail(pop(queue, 0), fit, 0);
  expect(queue.counts).toEqual({ active: 0, backoff: 0, unschedulable: 1, gated: 0 });
  expect(queue.wake({ type: 'node-updated', node: large, changes: new Set(['labels', 'taints']) }, 10)).toBe(0);
  expect(queue.wake({ type: 'node-added', node: small }, 10)).toBe(0);
  expect(queue.wake({ type: 'node-added', node: large }, 10)).toBe(1);
  expect(queue.counts).toEqual({ active: 0, backoff: 1, unschedulable: 0, gated: 0 });
  queue.fail(pop(queue, 1_000), fit, 1_000);
  expect(queue.wake({ type: 'pod-freed', freed: pod('x') }, 10_000)).toBe(1);
  expect(queue.counts.active).toBe(1);
});

it('wakes every pod that had no node at all by the first node', () => {
  const state = new ClusterState();
  const queue = queueOf(pod('a'), pod('b'));
  for (const next of [pop(queue, 5), pop(queue, 5)]) queue.fail(next, new Set(), 5);
  expect(queue.wake({ type: 'node-added', node: state.setNode(madeUpNode({ name: 'n' })) }, 60_000)).toBe(2);
});

it('tries an unschedulable pod again after five minutes whatever happened', () => {
  const queue = queueOf(pod('a'));
  queue.fail(pop(queue, 0), fit, 0);
  queue.flushUnschedulable(299_999);
  expect(queue.counts.unschedulable).toBe(1);
  queue.flushUnschedulable(300_000);
  expect(queue.counts.active).toBe(1);
});

it('holds gated pods until their gates are gone', () => {
  const gated = madeUpPod({ name: 'a', spec: { schedulingGates: [{ name: 'g' }] } });
  const queue = queueOf(podInfo(gated));
  expect(queue.counts.gated).toBe(1);
  expect(queue.pop(1)).toBeUndefined();
  queue.update(podInfo({ ...gated, spec: { ...gated.spec, schedulingGates: [] } }), true, 2);
  expect(pop(queue, 3).info.pod.metadata.name).toBe('a');
});

it('forgets a pod deleted while it waits or is decided on, and takes a new one of its name', () => {
  const queue = queueOf(pod('a'));
  const first = pop(queue, 0);
  queue.delete('default/a');
  queue.fail(first, 'error', 1);
  expect(queue.counts).toEqual({ active: 0, backoff: 0, unschedulable: 0, gated: 0 });
  queue.add({ ...pod('a'), uid: 'second' }, 2);
  expect(pop(queue, 2).info.uid).toBe('second');
});

it('does not move a pod for a change of its status, and uses the newest of it', () => {
  const queue = queueOf(pod('a'));
  queue.fail(pop(queue, 0), fit, 0);
  queue.update(pod('a', 0, '2'), false, 60_000);
  expect(queue.counts.unschedulable).toBe(1);
  queue.update(pod('a', 0, '500m'), true, 60_000);
  expect(pop(queue, 60_000).info.requests.cpuMilli).toBe(500);
});

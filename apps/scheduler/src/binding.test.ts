import { conflict, notFound } from '@wherry/apimachinery';
import type { Pod } from '@wherry/api';
import { createLogger } from '@wherry/daemon';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { madeUpNode, madeUpPod } from './framework/made-up.ts';
import { defaultPlugins } from './plugins/index.ts';
import { Scheduler } from './scheduler.ts';

/** Outcomes of the bindings to come; a binding without one waits. */
let outcomes: (Error | 'bound')[];
let calls: string[];
let scheduler: Scheduler;
let stop: AbortController;
let running: Promise<void>;

beforeEach(() => {
  outcomes = [];
  calls = [];
  const log = createLogger('test');
  log.level = 'silent';
  const bind = async (pod: Pod, nodeName: string, signal: AbortSignal): Promise<void> => {
    calls.push(`bind ${pod.metadata.name} ${nodeName}`);
    const outcome = outcomes.shift();
    if (outcome instanceof Error) throw outcome;
    if (outcome === undefined)
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  };
  scheduler = new Scheduler({
    plugins: defaultPlugins((info, nodeName, signal) => bind(info.pod, nodeName, signal)),
    write: {
      bind,
      async markUnscheduled(pod, reason) {
        calls.push(`mark ${pod.metadata.name} ${reason}`);
      },
    },
    recorder: {
      event: (object, _type, reason) =>
        void calls.push(`${reason} ${'metadata' in object ? object.metadata.name : ''}`),
    },
    metrics: { attempted: (result) => void calls.push(result), bound: () => undefined },
    log,
  });
  stop = new AbortController();
  running = scheduler.run(stop.signal);
  scheduler.setNode(undefined, madeUpNode({ name: 'n', cpu: 1 }));
});
afterEach(async () => {
  stop.abort();
  await running;
});
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};

it('takes back what a failed binding had assumed, says so, and tries again after a pause', async () => {
  outcomes = [conflict({ group: '', resource: 'pods' }, 'a', 'no'), 'bound'];
  scheduler.setPod(undefined, madeUpPod({ name: 'a', cpu: '1' }));
  await until(() => calls.includes('error'));
  expect(scheduler.state.node('n')?.pods.size).toBe(0);
  expect(scheduler.queue.counts.backoff).toBe(1);
  await until(() => calls.includes('Scheduled a'));
  expect(calls).toEqual([
    'bind a n',
    'error',
    'FailedScheduling a',
    'mark a SchedulerError',
    'bind a n',
    'scheduled',
    'Scheduled a',
  ]);
  expect(scheduler.state.isAssumed('default/a')).toBe(true);
});

it('does not wait for a binding to decide on the next pod, which sees the first one assumed', async () => {
  outcomes = [];
  scheduler.setPod(undefined, madeUpPod({ name: 'a', cpu: '600m' }));
  scheduler.setPod(undefined, madeUpPod({ name: 'b', cpu: '600m' }));
  await until(() => calls.includes('FailedScheduling b'));
  await until(() => calls.length === 4);
  expect(calls.toSorted((a, b) => a.localeCompare(b))).toEqual([
    'bind a n',
    'FailedScheduling b',
    'mark b Unschedulable',
    'unschedulable',
  ]);
});

it('gives the room of a pod that is gone before it is bound to the next one', async () => {
  outcomes = [notFound({ group: '', resource: 'pods' }, 'a')];
  scheduler.setPod(undefined, madeUpPod({ name: 'a', cpu: '600m' }));
  scheduler.setPod(undefined, madeUpPod({ name: 'b', cpu: '600m' }));
  await until(() => calls.includes('bind b n'));
  expect(calls).not.toContain('mark a SchedulerError');
  expect(scheduler.queue.get('default/a')).toBeUndefined();
});

it('confirms an assumed pod when the apiserver says so, and frees its node when it ends', async () => {
  outcomes = ['bound'];
  const pod = madeUpPod({ name: 'a', cpu: '1' });
  scheduler.setPod(undefined, pod);
  await until(() => calls.includes('Scheduled a'));
  const placed = { ...pod, spec: { ...pod.spec, nodeName: 'n' } };
  scheduler.setPod(pod, placed);
  expect(scheduler.state.isAssumed('default/a')).toBe(false);
  expect(scheduler.state.node('n')?.requested.cpuMilli).toBe(1_000);
  scheduler.setPod(placed, { ...placed, status: { phase: 'Succeeded' } });
  expect(scheduler.state.node('n')?.requested.cpuMilli).toBe(0);
});

it('wakes a waiting pod when another is resized to less', async () => {
  const big = madeUpPod({ name: 'big', cpu: '900m', on: 'n' });
  scheduler.setPod(undefined, big);
  scheduler.setPod(undefined, madeUpPod({ name: 'a', cpu: '600m' }));
  await until(() => calls.includes('FailedScheduling a'));
  scheduler.setPod(big, madeUpPod({ name: 'big', cpu: '100m', on: 'n' }));
  await until(() => calls.includes('bind a n'));
});

it('goes on when it is run again after a stop, with the pods whose binding the stop had cut off', async () => {
  scheduler.setPod(undefined, madeUpPod({ name: 'a', cpu: '1' }));
  await until(() => calls.includes('bind a n'));
  stop.abort();
  await running;
  expect(scheduler.state.node('n')?.pods.size).toBe(0);
  outcomes = ['bound'];
  stop = new AbortController();
  running = scheduler.run(stop.signal);
  await until(() => calls.includes('Scheduled a'));
});

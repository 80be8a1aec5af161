import { decode } from '@wherry/apimachinery';
import { describe, expect, test } from 'vitest';
import { Pod } from '../core/pod.ts';
import { isPodActive, isPodAvailable, isPodReady, isPodTerminal } from './pod-condition.ts';
import { podQosClass, podRequests } from './pod-requests.ts';
import { podTemplateHash } from './pod-template-hash.ts';
import { findUntoleratedTaint, toleratesTaint } from './toleration.ts';

const pod = (json: object): Pod => decode(Pod, json).object;
const container = (requests: object, more: object = {}): object => ({ name: 'a', resources: { requests }, ...more });

describe('what a pod asks for', () => {
  test('containers add up', () => {
    const spec = { containers: [container({ cpu: '100m', memory: '1Mi' }), container({ cpu: '1', 'a.b/c': '2' })] };
    expect(podRequests(pod({ spec }))).toEqual({
      cpuMilli: 1100,
      memoryBytes: 1048576,
      ephemeralStorageBytes: 0,
      other: { 'a.b/c': 2 },
    });
  });

  test('a large init container counts instead, as it runs alone', () => {
    const spec = { initContainers: [container({ cpu: '3' })], containers: [container({ cpu: '1', memory: '1Ki' })] };
    expect(podRequests(pod({ spec }))).toMatchObject({ cpuMilli: 3000, memoryBytes: 1024 });
  });

  test('sidecars count beside the containers, and beside later init containers', () => {
    const sidecar = container({ cpu: '1' }, { restartPolicy: 'Always' });
    const spec = { initContainers: [sidecar, container({ cpu: '2' })], containers: [container({ cpu: '1500m' })] };
    expect(podRequests(pod({ spec })).cpuMilli).toBe(3000);
  });

  test('the overhead comes on top, and pod-level requests stand above all containers', () => {
    const spec = {
      containers: [container({ cpu: '1' })],
      overhead: { cpu: '250m' },
      resources: { requests: { cpu: '2' } },
    };
    expect(podRequests(pod({ spec })).cpuMilli).toBe(2250);
  });

  test('the quality of service follows from requests and limits', () => {
    const qos = (resources: object): string => podQosClass(pod({ spec: { containers: [{ name: 'a', resources }] } }));
    expect(qos({})).toBe('BestEffort');
    expect(qos({ requests: { cpu: '1' } })).toBe('Burstable');
    expect(qos({ limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1', memory: '1Gi' } })).toBe('Guaranteed');
    expect(qos({ limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m', memory: '1Gi' } })).toBe('Burstable');
  });
});

describe('conditions', () => {
  const ready = pod({
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2024-01-01T00:00:00Z' }],
    },
  });
  test('ready, and available after minReadySeconds', () => {
    expect(isPodReady(ready)).toBe(true);
    expect(isPodReady(pod({}))).toBe(false);
    expect(isPodAvailable(ready, 10, new Date('2024-01-01T00:00:09Z'))).toBe(false);
    expect(isPodAvailable(ready, 10, new Date('2024-01-01T00:00:10Z'))).toBe(true);
  });

  test('terminal and active exclude each other', () => {
    const failed = pod({ status: { phase: 'Failed' } });
    expect([isPodTerminal(failed), isPodActive(failed)]).toEqual([true, false]);
    expect([isPodTerminal(ready), isPodActive(ready)]).toEqual([false, true]);
    expect(isPodActive(pod({ metadata: { deletionTimestamp: '2024-01-01T00:00:00Z' } }))).toBe(false);
  });
});

test.each([
  [{ operator: 'Exists' }, true],
  [{ key: 'a', operator: 'Exists' }, true],
  [{ key: 'b', operator: 'Exists' }, false],
  [{ key: 'a', value: 'x' }, true],
  [{ key: 'a', value: 'y' }, false],
  [{ key: 'a', value: 'x', effect: 'NoSchedule' }, true],
  [{ key: 'a', value: 'x', effect: 'NoExecute' }, false],
  [{}, false],
])('the toleration %j of the taint a=x:NoSchedule is %s', (toleration, tolerated) => {
  const taint = { key: 'a', value: 'x', effect: 'NoSchedule' };
  expect(toleratesTaint(toleration, taint)).toBe(tolerated);
  expect(findUntoleratedTaint([taint], [toleration], ['NoSchedule'])).toBe(tolerated ? undefined : taint);
  expect(findUntoleratedTaint([taint], [], ['NoExecute'])).toBeUndefined();
});

test('the template hash depends on the contents, not on the order of keys', () => {
  const template = { metadata: { labels: { a: 'b', c: 'd' } }, spec: { containers: [{ name: 'a', image: 'i' }] } };
  const reordered = { spec: { containers: [{ image: 'i', name: 'a' }] }, metadata: { labels: { c: 'd', a: 'b' } } };
  const hash = podTemplateHash(template as never);
  expect(hash).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]+$/);
  expect(podTemplateHash(reordered as never)).toBe(hash);
  expect(podTemplateHash(template as never, 1)).not.toBe(hash);
  expect(podTemplateHash({ ...template, metadata: {} } as never)).not.toBe(hash);
});

import type { Pod } from '@wherry/api';
import { expect, test } from 'vitest';
import { admit } from './admit.ts';

function pod(name: string, cpu: string, hostPort?: number): Pod {
  const ports = hostPort === undefined ? undefined : [{ containerPort: 80, hostPort }];
  const container = { name: 'c', image: 'i', resources: { requests: { cpu } }, ports };
  return { metadata: { name, namespace: 'default', uid: name }, spec: { containers: [container] } };
}
const allocatable = { cpu: '2', memory: '1Gi' };

test('a pod that fits is taken', () => {
  expect(admit(pod('a', '500m'), [pod('b', '1500m')], allocatable, 10)).toBeUndefined();
});

test('a pod that asks for more than is left is refused with the numbers', () => {
  expect(admit(pod('a', '600m'), [pod('b', '1500m')], allocatable, 10)).toEqual({
    reason: 'OutOfcpu',
    message: "Pod was rejected: Node didn't have enough resource: cpu, requested: 600, used: 1500, capacity: 2000",
  });
});

test('pods that have ended hold nothing', () => {
  const done: Pod = { ...pod('b', '1500m'), status: { phase: 'Succeeded' } };
  expect(admit(pod('a', '600m'), [done], allocatable, 10)).toBeUndefined();
});

test('one pod more than the node takes is refused', () => {
  expect(admit(pod('a', '1m'), [pod('b', '1m')], allocatable, 1)?.reason).toBe('OutOfpods');
});

test('a host port can be held once', () => {
  expect(admit(pod('a', '1m', 8080), [pod('b', '1m', 8080)], allocatable, 10)?.reason).toBe('NodePorts');
  expect(admit(pod('a', '1m', 8081), [pod('b', '1m', 8080)], allocatable, 10)).toBeUndefined();
});

import { expect, test } from 'vitest';
import type { Pod } from '@wherry/api';
import { planDrain } from './plan.ts';

function pod(name: string, owner?: string, more: { phase?: string; emptyDir?: boolean; mirror?: boolean } = {}): Pod {
  return {
    metadata: {
      name,
      namespace: 'ns',
      ...(more.mirror ? { annotations: { 'kubernetes.io/config.mirror': 'x' } } : {}),
      ...(owner
        ? { ownerReferences: [{ apiVersion: 'apps/v1', kind: owner, name: 'o', uid: 'u', controller: true }] }
        : {}),
    },
    spec: { containers: [], ...(more.emptyDir ? { volumes: [{ name: 'e', emptyDir: {} }] } : {}) },
    status: { phase: more.phase ?? 'Running' },
  } as unknown as Pod;
}

const pods = [
  pod('plain', 'ReplicaSet'),
  pod('daemon', 'DaemonSet'),
  pod('alone'),
  pod('data', 'ReplicaSet', { emptyDir: true }),
  pod('mirror', undefined, { mirror: true }),
  pod('finished', undefined, { phase: 'Succeeded', emptyDir: true }),
];
const careful = { force: false, ignoreDaemonSets: false, deleteEmptyDirData: false };

test('a node is not drained of what cannot come back, and each reason is named', () => {
  expect(planDrain(pods, careful).refusals).toEqual([
    'cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore): ns/daemon',
    'cannot delete Pods that declare no controller (use --force to override): ns/alone',
    'cannot delete Pods with local storage (use --delete-emptydir-data to override): ns/data',
  ]);
});

test('with leave given, all go but daemons and mirrors, with a warning each', () => {
  const plan = planDrain(pods, { force: true, ignoreDaemonSets: true, deleteEmptyDirData: true });
  expect(plan.refusals).toEqual([]);
  expect(plan.evict.map((p) => p.metadata.name)).toEqual(['plain', 'alone', 'data', 'finished']);
  expect(plan.warnings).toEqual([
    'deleting Pods that declare no controller: ns/alone',
    'deleting Pods with local storage: ns/data',
    'ignoring DaemonSet-managed Pods: ns/daemon',
  ]);
});

import { describe, expect, test } from 'vitest';
import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from '@wherry/api';
import { annotationsAfterUndo, formatHistory, revisionToRestore, revisionsOf, templateOf } from './history.ts';
import { daemonSetRolloutStatus, deploymentRolloutStatus, statefulSetRolloutStatus } from './status.ts';

function deployment(status: object, more: { generation?: number; replicas?: number } = {}): Deployment {
  const { generation = 2, replicas = 3 } = more;
  return {
    metadata: { name: 'web', uid: 'd', generation },
    spec: { replicas },
    status: { observedGeneration: 2, ...status },
  } as unknown as Deployment;
}

describe('rollout status', () => {
  test.each([
    [{}, { generation: 3 }, 'Waiting for deployment spec update to be observed...\n', false],
    [
      { updatedReplicas: 1, replicas: 3 },
      {},
      'Waiting for deployment "web" rollout to finish: 1 out of 3 new replicas have been updated...\n',
      false,
    ],
    [
      { updatedReplicas: 3, replicas: 5 },
      {},
      'Waiting for deployment "web" rollout to finish: 2 old replicas are pending termination...\n',
      false,
    ],
    [
      { updatedReplicas: 3, replicas: 3, availableReplicas: 2 },
      {},
      'Waiting for deployment "web" rollout to finish: 2 of 3 updated replicas are available...\n',
      false,
    ],
    [{ updatedReplicas: 3, replicas: 3, availableReplicas: 3 }, {}, 'deployment "web" successfully rolled out\n', true],
    [{}, { replicas: 0 }, 'deployment "web" successfully rolled out\n', true],
  ])('%j %j', (status, more, message, done) => {
    expect(deploymentRolloutStatus(deployment(status, more))).toEqual({ message, done });
  });
  test('a missed deadline and another revision are errors', () => {
    const conditions = [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }];
    expect(deploymentRolloutStatus(deployment({ conditions })).error).toBe(
      'deployment "web" exceeded its progress deadline',
    );
    expect(deploymentRolloutStatus(deployment({}), 4).error).toBe(
      'desired revision (4) is different from the running revision (0)',
    );
  });
});

function replicaSet(revision: number, owner = 'd', annotations: Record<string, string> = {}): ReplicaSet {
  return {
    metadata: {
      name: `web-${revision}`,
      annotations: { 'deployment.kubernetes.io/revision': String(revision), ...annotations },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: owner, controller: true }],
    },
    spec: { template: { metadata: { labels: { app: 'web', 'pod-template-hash': 'h' } }, spec: { containers: [] } } },
  } as unknown as ReplicaSet;
}

describe('rollout history', () => {
  const sets = [replicaSet(10, 'd', { 'kubernetes.io/change-cause': 'why' }), replicaSet(9), replicaSet(3, 'other')];
  const revisions = revisionsOf(deployment({}), sets);

  test('has the ReplicaSets that the Deployment owns, by number', () => {
    expect(formatHistory(revisions)).toBe('REVISION  CHANGE-CAUSE\n9         <none>\n10        why\n\n');
    expect(formatHistory([])).toBe('No rollout history found.\n');
  });
  test('goes back to the revision before, or to the one asked for', () => {
    expect(revisionToRestore(deployment({}), revisions, 0).revision).toBe(9);
    expect(revisionToRestore(deployment({}), revisions, 10).revision).toBe(10);
    expect(() => revisionToRestore(deployment({}), revisions, 3)).toThrow(
      'unable to find specified revision 3 in history',
    );
    expect(() => revisionToRestore(deployment({}), revisions.slice(1), 0)).toThrow(
      'no rollout history found for deployment "web"',
    );
  });
  test('a template comes back without the hash that the controller put in', () => {
    expect(templateOf(replicaSet(1)).metadata?.labels).toEqual({ app: 'web' });
  });
  test("annotations come from the revision, but for those that are the controller's", () => {
    const live = {
      metadata: { annotations: { 'deployment.kubernetes.io/revision': '7', gone: 'x' } },
    } as unknown as Deployment;
    expect(annotationsAfterUndo(live, replicaSet(6, 'd', { back: 'y' }))).toEqual({
      'deployment.kubernetes.io/revision': '7',
      back: 'y',
    });
  });
});

const rolling = { type: 'RollingUpdate' };

test('a daemon set is rolled out when every node has an available pod of the new kind', () => {
  const status = { observedGeneration: 1, desiredNumberScheduled: 2, updatedNumberScheduled: 1, numberAvailable: 1 };
  const daemonSet = { metadata: { name: 'd', generation: 1 }, spec: { updateStrategy: rolling }, status };
  const say = (more: object) =>
    daemonSetRolloutStatus({ ...daemonSet, status: { ...status, ...more } } as unknown as DaemonSet);
  expect(say({}).message).toContain('1 out of 2 new pods have been updated...');
  expect(say({ updatedNumberScheduled: 2 }).message).toContain('1 of 2 updated pods are available...');
  expect(say({ updatedNumberScheduled: 2, numberAvailable: 2 })).toEqual({
    message: 'daemon set "d" successfully rolled out\n',
    done: true,
  });
});

test('a stateful set with a partition is rolled out when the pods above it are new', () => {
  const status = { observedGeneration: 1, readyReplicas: 3, updatedReplicas: 0 };
  const strategy = { ...rolling, rollingUpdate: { partition: 2 } };
  const statefulSet = {
    metadata: { name: 's', generation: 1 },
    spec: { replicas: 3, updateStrategy: strategy },
    status,
  };
  const say = (more: object) =>
    statefulSetRolloutStatus({ ...statefulSet, status: { ...status, ...more } } as unknown as StatefulSet);
  expect(say({ readyReplicas: 1 }).message).toBe('Waiting for 2 pods to be ready...\n');
  expect(say({})).toMatchObject({ done: false });
  expect(say({ updatedReplicas: 1 })).toMatchObject({ done: true });
});

import { podDisruptionBudgets, pods, type Pod, type PodDisruptionBudget } from '@wherry/api';
import { isNotFound } from '@wherry/apimachinery';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { pod, refusal } from '../testing/objects.ts';
import { withDisruption } from './disruption.ts';

let cluster: TestApiserver;
beforeAll(async () => {
  cluster = await startTestApiserver();
});
afterAll(() => cluster.close());

const inDefault = { namespace: 'default' };

async function runningPod(name: string, app: string, ready: boolean): Promise<Pod> {
  const made = await cluster.client.resource(pods).create(pod(name, { nodeName: 'n' }, { app }));
  const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False' }];
  return cluster.client
    .resource(pods)
    .updateStatus({ ...made, status: { ...made.status, phase: 'Running', conditions } });
}

async function budget(
  name: string,
  status: NonNullable<PodDisruptionBudget['status']>,
  more: Partial<PodDisruptionBudget['spec']> = {},
): Promise<void> {
  const client = cluster.client.resource(podDisruptionBudgets);
  const spec = { minAvailable: 1, selector: { matchLabels: { app: name } }, ...more };
  const made = await client.create({ metadata: { name, namespace: 'default' }, spec });
  await client.updateStatus({ ...made, status: { observedGeneration: made.metadata.generation, ...status } });
}

function evict(name: string, more: object = {}, query = ''): Promise<unknown> {
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name }, ...more };
  const path = `/api/v1/namespaces/default/pods/${name}/eviction`;
  return cluster.client.request({ method: 'POST', path, body, query: query === '' ? {} : { dryRun: query } });
}

const statusOf = async (name: string) =>
  (await cluster.client.resource(podDisruptionBudgets).get(name, inDefault)).status ?? {};
const read = (name: string): Promise<Pod> => cluster.client.resource(pods).get(name, inDefault);

describe('pods/eviction', () => {
  test('counts against the budget and says why the pod goes', async () => {
    await runningPod('web-1', 'web', true);
    await budget('web', { disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2 });
    await evict('web-1');
    const gone = await read('web-1');
    expect(gone.metadata.deletionTimestamp).toBeDefined();
    expect(gone.status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' }),
    );
    const status = await statusOf('web');
    expect(status.disruptionsAllowed).toBe(0);
    expect(Object.keys(status.disruptedPods ?? {})).toEqual(['web-1']);
    expect(status.conditions).toMatchObject([
      { type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods' },
    ]);
  });

  test('is refused when the budget allows none, in upstream’s words', async () => {
    await runningPod('full-1', 'full', true);
    await budget('full', { disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 });
    const error = await refusal(evict('full-1'));
    expect(error.status).toMatchObject({
      code: 429,
      reason: 'TooManyRequests',
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      details: {
        causes: [
          {
            reason: 'DisruptionBudget',
            message: 'The disruption budget full needs 1 healthy pods and has 1 currently',
          },
        ],
      },
    });
    expect((await read('full-1')).metadata.deletionTimestamp).toBeUndefined();
  });

  test('waits for a budget whose controller has not seen its newest generation', () => {
    const status = { observedGeneration: 1, disruptionsAllowed: 5, currentHealthy: 5, desiredHealthy: 1 };
    const stale = { metadata: { name: 'stale', generation: 2 }, spec: {}, status };
    expect(() => withDisruption(stale, 'p', new Date(0))).toThrow(
      expect.objectContaining({
        status: expect.objectContaining({
          code: 429,
          details: {
            causes: [
              {
                reason: 'DisruptionBudget',
                message: 'The disruption budget stale is still being processed by the server.',
              },
            ],
            retryAfterSeconds: 10,
          },
        }) as unknown,
      }),
    );
  });

  test('of an unready pod needs no budget when enough others are healthy, or always if the policy says so', async () => {
    const healthy = { disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 2 };
    await runningPod('sick-1', 'sick', false);
    await budget('sick', healthy);
    await evict('sick-1');
    expect((await statusOf('sick')).disruptedPods).toBeUndefined();
    await runningPod('ill-1', 'ill', false);
    await budget('ill', { ...healthy, currentHealthy: 0 });
    expect((await refusal(evict('ill-1'))).code).toBe(429);
    await runningPod('free-1', 'free', false);
    await budget('free', { ...healthy, currentHealthy: 0 }, { unhealthyPodEvictionPolicy: 'AlwaysAllow' });
    await evict('free-1');
    expect((await read('free-1')).metadata.deletionTimestamp).toBeDefined();
  });

  test('of a pending pod asks no budget', async () => {
    await cluster.client.resource(pods).create(pod('new-1', {}, { app: 'new' }));
    await budget('new', { disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1 });
    await evict('new-1');
    expect(isNotFound(await refusal(read('new-1')))).toBe(true);
  });

  test('on a dry run changes neither pod nor budget', async () => {
    const made = await runningPod('dry-1', 'dry', true);
    await budget('dry', { disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1 });
    await evict('dry-1', {}, 'All');
    expect(await read('dry-1')).toEqual(made);
    expect((await statusOf('dry')).disruptionsAllowed).toBe(1);
  });

  test('is refused for a pod with two budgets, and for a body of another name', async () => {
    await runningPod('two-1', 'two', true);
    const selector = { matchLabels: { app: 'two' } };
    await budget('two', { disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1 });
    await budget('two-more', { disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1 }, { selector });
    expect((await refusal(evict('two-1'))).message).toContain('more than one PodDisruptionBudget');
    const other = await refusal(evict('two-1', { metadata: { name: 'other' } }));
    expect(other.message).toBe('name in URL does not match name in Eviction object');
  });

  test('of five at once takes no more than the budget allows', async () => {
    const names = Array.from({ length: 5 }, (_, index) => `many-${index}`);
    for (const name of names) await runningPod(name, 'many', true);
    await budget('many', { disruptionsAllowed: 2, currentHealthy: 5, desiredHealthy: 3 });
    const outcomes = await Promise.allSettled(names.map((name) => evict(name)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect((await statusOf('many')).disruptionsAllowed).toBe(0);
  });
});

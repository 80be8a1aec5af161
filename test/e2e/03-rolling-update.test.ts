import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get, kubectl, ok } from './run.ts';
import { suiteUp } from './suite.ts';

const CLIENTS = 4;

beforeAll(async () => {
  await suiteUp();
  await ok(kubectl, ['rollout', 'status', 'deployment/demo', '--timeout=60s']);
});
afterAll(async () => {
  await ok(kubectl, ['set', 'env', 'deployment/demo', 'MESSAGE=Hello from Wherry']);
  await ok(kubectl, ['rollout', 'status', 'deployment/demo', '--timeout=90s']);
});

interface Load {
  answered: Map<string, number>;
  failures: string[];
  stop(): Promise<void>;
}

/** Clients that each ask again as soon as they were answered, on a new connection every time. */
function load(host: string): Load {
  const answered = new Map<string, number>();
  const failures: string[] = [];
  let running = true;
  const ask = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const request = http.get({ host, port: 80, agent: false, timeout: 10_000 }, (response) => {
        let text = '';
        response.on('data', (data: Buffer) => (text += data.toString()));
        response.on('end', () =>
          response.statusCode === 200 ? resolve(text) : reject(new Error(`status ${response.statusCode}`)),
        );
        response.on('error', reject);
      });
      request.on('timeout', () => request.destroy(new Error('timeout')));
      request.on('error', reject);
    });
  const client = async (): Promise<void> => {
    while (running) {
      try {
        const message = (await ask()).split(',')[0]!;
        answered.set(message, (answered.get(message) ?? 0) + 1);
      } catch (error) {
        failures.push(String(error));
      }
      await sleep(5);
    }
  };
  const clients = Array.from({ length: CLIENTS }, client);
  return {
    answered,
    failures,
    stop: async () => {
      running = false;
      await Promise.all(clients);
    },
  };
}

interface Deployment {
  spec: { template: unknown };
}

describe('a rolling update under constant load on the cluster IP', () => {
  it('loses no request, and the rollback, which loses none either, restores the old template', async () => {
    const before = await get<Deployment>('deployment', 'demo');
    const clusterIp = await ok(kubectl, ['get', 'svc', 'demo', '-o', 'jsonpath={.spec.clusterIP}']);
    const traffic = load(clusterIp);
    await ok(kubectl, ['set', 'env', 'deployment/demo', 'MESSAGE=second']);
    await ok(kubectl, ['rollout', 'status', 'deployment/demo', '--timeout=120s']);
    await ok(kubectl, ['rollout', 'undo', 'deployment/demo']);
    await ok(kubectl, ['rollout', 'status', 'deployment/demo', '--timeout=120s']);
    await traffic.stop();
    expect(traffic.failures).toEqual([]);
    expect(traffic.answered.get('second')).toBeGreaterThan(0);
    expect(traffic.answered.get('Hello from Wherry')).toBeGreaterThan(0);
    expect((await get<Deployment>('deployment', 'demo')).spec.template).toEqual(before.spec.template);
  });
});

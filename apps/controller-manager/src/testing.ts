import type { KubeObject } from '@wherry/apimachinery';
import type { Resource } from '@wherry/api';
import { RestClient } from '@wherry/client';
import { createLogger } from '@wherry/daemon';
import { startTestApiserver, type TestApiserver } from '../../../test/fixture/cluster-fixture.ts';
import type { Controller } from './runner/controller.ts';
import { runControllers } from './start.ts';

export interface TestCluster extends TestApiserver {
  /** Starts controllers against the apiserver; call the answer to stop them, as abruptly as a kill does. */
  start(controllers: readonly Controller[]): Promise<() => Promise<void>>;
}

/** A real apiserver in this process, and controllers that run against it. */
export async function startTestCluster(): Promise<TestCluster> {
  const api = await startTestApiserver();
  // With the rights of the daemon's own identity, not the administrator's.
  const client = new RestClient(await api.configFor('system:kube-controller-manager'));
  const log = createLogger('test-controllers');
  log.level = process.env['TEST_CONTROLLERS_LOG'] ?? 'silent';
  const running = new Set<() => Promise<void>>();
  return {
    ...api,
    async start(controllers) {
      const stop = new AbortController();
      const ready = Promise.withResolvers<void>();
      const run = runControllers({ client, controllers, log }, stop.signal, ready.resolve);
      run.catch(ready.reject);
      const end = async (): Promise<void> => {
        running.delete(end);
        stop.abort();
        await run;
      };
      running.add(end);
      await ready.promise;
      return end;
    },
    async close() {
      await Promise.all([...running].map((end) => end()));
      client.close();
      await api.close();
    },
  };
}

/** Asks again and again until `probe` gives something, or throws what it last threw. */
export async function eventually<T>(probe: () => Promise<T | undefined | false>, timeoutMs = 15_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    let last: unknown = new Error('the condition was never met');
    try {
      const value = await probe();
      if (value !== undefined && value !== false) return value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) throw last;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export async function items<T extends KubeObject>(
  cluster: TestApiserver,
  resource: Resource<T>,
  namespace?: string,
): Promise<T[]> {
  return (await cluster.client.resource(resource).list({ namespace })).items;
}

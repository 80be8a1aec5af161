import { PassThrough } from 'node:stream';
import type { KubeObject } from '@wherry/apimachinery';
import type { Resource } from '@wherry/api';
import { RestClient, type ClientConfig, type RestRequest, type StreamResponse } from '@wherry/client';
import { createLogger } from '@wherry/daemon';
import { startTestApiserver, type TestApiserver } from '../../../test/fixture/cluster-fixture.ts';
import type { Controller } from './runner/controller.ts';
import { runControllers } from './start.ts';

export interface TestCluster extends TestApiserver {
  /** Starts controllers against the apiserver; call the answer to stop them, as abruptly as a kill does. */
  start(controllers: readonly Controller[], options?: { readonly lagMs?: number }): Promise<() => Promise<void>>;
}

/** A real apiserver in this process, and controllers that run against it. */
export async function startTestCluster(given: Parameters<typeof startTestApiserver>[0] = {}): Promise<TestCluster> {
  const api = await startTestApiserver(given);
  // With the rights of the daemon's own identity, not the administrator's.
  const config = await api.configFor('system:kube-controller-manager');
  const log = createLogger('test-controllers');
  log.level = process.env['TEST_CONTROLLERS_LOG'] ?? 'silent';
  const running = new Set<() => Promise<void>>();
  return {
    ...api,
    async start(controllers, { lagMs = 0 } = {}) {
      const client = new LaggingClient(config, lagMs);
      const stop = new AbortController();
      const ready = Promise.withResolvers<void>();
      const run = runControllers({ client, controllers, log }, stop.signal, ready.resolve);
      run.catch(ready.reject);
      const end = async (): Promise<void> => {
        running.delete(end);
        stop.abort();
        await run;
        client.close();
      };
      running.add(end);
      await ready.promise;
      return end;
    },
    async close() {
      await Promise.all([...running].map((end) => end()));
      await api.close();
    },
  };
}

/** Its watches tell everything late: the caches are behind what has been written. */
class LaggingClient extends RestClient {
  readonly #lagMs: number;
  constructor(config: ClientConfig, lagMs: number) {
    super(config);
    this.#lagMs = lagMs;
  }
  override async stream(request: RestRequest): Promise<StreamResponse> {
    const response = await super.stream(request);
    if (this.#lagMs === 0) return response;
    const late = new PassThrough();
    const after = (action: () => void): void => void setTimeout(action, this.#lagMs);
    response.body.on('data', (chunk: Buffer) => after(() => late.write(chunk)));
    response.body.once('end', () => after(() => late.end()));
    response.body.once('error', (error) => late.destroy(error));
    late.once('close', () => response.body.destroy());
    return { ...response, body: late };
  }
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
  cluster: Pick<TestApiserver, 'client'>,
  resource: Resource<T>,
  namespace?: string,
): Promise<T[]> {
  return (await cluster.client.resource(resource).list({ namespace })).items;
}

import { setTimeout as sleep } from 'node:timers/promises';
import { StatusError } from '@wherry/apimachinery';
import { configMaps, type ConfigMap } from '@wherry/api';
import { ConnectionError, RestClient, type ClientConfig } from '@wherry/client';

const NAMESPACE = 'default';
const PAUSE_MS = 20;
/** For one object, as a controller would: by then a cluster that lives has taken it. */
const GIVE_UP_MS = 60_000;

/**
 * Clients of the API that make, change and delete objects, each trying again as a controller does: it reads what there
 * is and writes what is missing.
 */
export class RestLoad {
  readonly #configs: readonly ClientConfig[];
  readonly #stop = new AbortController();
  readonly #running: Promise<void>[] = [];
  /** What was acknowledged last of each object; undefined of a deleted one. */
  readonly acknowledged = new Map<string, string | undefined>();
  readonly writes: { calledMs: number; answeredMs: number }[] = [];
  /** Errors that no retry is for. */
  readonly unexpected: unknown[] = [];
  retries = 0;

  /** One client for each configuration. */
  constructor(configs: readonly ClientConfig[]) {
    this.#configs = configs;
  }

  start(): void {
    for (const [id, config] of this.#configs.entries()) this.#running.push(this.#client(id, config));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  resumedAfterMs(sinceMs: number): number | undefined {
    const first = this.writes.find(({ calledMs }) => calledMs >= sinceMs);
    return first && first.answeredMs - sinceMs;
  }

  writesSince(sinceMs: number): number {
    return this.writes.filter(({ calledMs }) => calledMs >= sinceMs).length;
  }

  async #client(id: number, config: ClientConfig): Promise<void> {
    await using client = new RestClient(config);
    const resource = client.resource(configMaps);
    const at = { namespace: NAMESPACE };
    for (let n = 0; !this.#stop.signal.aborted; n++) {
      const name = `load-${id}-${n}`;
      const write = async (value: string): Promise<void> => {
        await this.#settle(name, async () => {
          const found = await resource.get(name, at).catch(undefinedIfMissing);
          if (found === undefined) await this.#timed(() => resource.create(configMap(name, value)));
          else if (found.data?.['value'] !== value)
            await this.#timed(() => resource.update({ ...found, data: { value } }));
        });
        this.acknowledged.set(name, value);
      };
      await write('one');
      await write('two');
      if (n % 3 === 0) {
        await this.#settle(name, async () => {
          await resource.delete(name, at).catch(undefinedIfMissing);
        });
        this.acknowledged.set(name, undefined);
      }
      await sleep(PAUSE_MS);
    }
  }

  async #timed(write: () => Promise<unknown>): Promise<void> {
    const calledMs = performance.now();
    await write();
    this.writes.push({ calledMs, answeredMs: performance.now() });
  }

  async #settle(name: string, attempt: () => Promise<void>): Promise<void> {
    const deadline = performance.now() + GIVE_UP_MS;
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (!isPassing(error)) this.unexpected.push(error);
        if (performance.now() > deadline) throw new Error(`${name} could not be written`, { cause: error });
        this.retries++;
        await sleep(PAUSE_MS);
      }
    }
  }
}

/** A connection that was lost, a server that cannot serve at present, an outcome that nobody knows, a lost race with oneself. */
function isPassing(error: unknown): boolean {
  if (error instanceof ConnectionError) return true;
  return error instanceof StatusError && [409, 429, 500, 503, 504].includes(error.code) && !isInternal(error);
}

function isInternal(error: StatusError): boolean {
  return error.code === 500 && error.status.reason !== 'ServerTimeout';
}

function undefinedIfMissing(error: unknown): undefined {
  if (error instanceof StatusError && error.code === 404) return undefined;
  throw error;
}

function configMap(name: string, value: string): ConfigMap {
  return { metadata: { name, namespace: NAMESPACE }, data: { value } };
}

import { setTimeout as sleep } from 'node:timers/promises';
import { checkLinearizability, type Operation } from '../sim/linearizability.ts';
import { registerModel, type RegisterInput, type RegisterOutput } from '../sim/register-model.ts';
import { EtcdClient, EtcdError, type Tls } from './etcd-client.ts';

export interface LoadOptions {
  addresses: readonly string[];
  tls: Tls;
  clients: number;
  /** Registers that all clients write, read and swap. */
  keys: number;
  /** Before every key, so that a load has keys of its own. */
  prefix: string;
}

/** Between the operations of a client: what is measured is not this machine's speed. */
const PAUSE_MS = 10;

/**
 * Clients that write, read and swap registers, each on a member of its own as long as that answers, and write every
 * other time a key that nobody else writes. What they did and were told is kept for the checks.
 */
export class Load {
  readonly #options: LoadOptions;
  readonly #registers = new Map<string, Operation<RegisterInput, RegisterOutput>[]>();
  readonly #stop = new AbortController();
  readonly #running: Promise<void>[] = [];
  readonly acknowledged = new Map<string, string>();
  /** When the calls of writes were that have been acknowledged, on performance.now()'s clock, in order of answers. */
  readonly writes: { calledMs: number; answeredMs: number }[] = [];
  #time = 0;
  errors = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  start(): void {
    for (let id = 0; id < this.#options.clients; id++) this.#running.push(this.#client(id));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  /** How long after `sinceMs` the first write was answered that was also called after it. */
  resumedAfterMs(sinceMs: number): number | undefined {
    const first = this.writes.find(({ calledMs }) => calledMs >= sinceMs);
    return first && first.answeredMs - sinceMs;
  }

  /** Writes acknowledged since then. */
  writesSince(sinceMs: number): number {
    return this.writes.filter(({ calledMs }) => calledMs >= sinceMs).length;
  }

  /** Undefined when every register's history has an order; else the one that has none. */
  firstContradiction(): string | undefined {
    for (const [key, operations] of this.#registers) {
      const verdict = checkLinearizability(registerModel, operations);
      if (verdict.linearizable === true) continue;
      const count = `${operations.length} operations on ${key}`;
      if (verdict.linearizable === undefined) return `${count}: too many orders to try`;
      return `${count}: no order of them is possible\n${operations.map((one) => JSON.stringify(one)).join('\n')}`;
    }
    return undefined;
  }

  get operations(): number {
    let count = 0;
    for (const operations of this.#registers.values()) count += operations.length;
    return count;
  }

  async #client(id: number): Promise<void> {
    const { addresses, tls } = this.#options;
    const clients = addresses.map((address) => new EtcdClient(address, tls));
    let at = id % clients.length;
    for (let n = 0; !this.#stop.signal.aborted; n++) {
      try {
        await (n % 2 === 0 ? this.#own(clients[at]!, id, n) : this.#shared(clients[at]!, id, n));
      } catch (error) {
        if (!(error instanceof EtcdError)) throw error;
        this.errors++;
        at = (at + 1) % clients.length;
      }
      await sleep(PAUSE_MS);
    }
    for (const client of clients) client[Symbol.dispose]();
  }

  async #own(client: EtcdClient, id: number, n: number): Promise<void> {
    const key = `${this.#options.prefix}own/${id}/${n}`;
    const calledMs = performance.now();
    await client.put(key, `${id}-${n}`);
    this.writes.push({ calledMs, answeredMs: performance.now() });
    this.acknowledged.set(key, `${id}-${n}`);
  }

  /** A write, a read, or a swap of what was read. */
  async #shared(client: EtcdClient, id: number, n: number): Promise<void> {
    const key = `${this.#options.prefix}register/${(n + id) % this.#options.keys}`;
    const value = `${id}-${n}`;
    const choice = ((n - 1) / 2 + id) % 3;
    if (choice === 0) {
      await this.#record(key, { type: 'write', value }, async () => {
        const calledMs = performance.now();
        await client.put(key, value);
        this.writes.push({ calledMs, answeredMs: performance.now() });
        return { ok: true };
      });
      return;
    }
    let seen: string | undefined;
    await this.#record(key, { type: 'read' }, async () => {
      seen = await client.get(key);
      return { ok: true, value: seen };
    });
    if (choice === 1) return;
    await this.#record(key, { type: 'swap', from: seen, to: value }, async () => ({
      ok: await client.swap(key, seen, value),
    }));
  }

  async #record(key: string, input: RegisterInput, call: () => Promise<RegisterOutput>): Promise<void> {
    const operation: Operation<RegisterInput, RegisterOutput> = { input, called: this.#time++, returned: 0 };
    try {
      operation.output = await call();
      operation.returned = this.#time++;
    } catch (error) {
      // A read that failed says nothing; a write that was certainly not sent is none.
      if (input.type === 'read' || (error instanceof EtcdError && !error.sent)) throw error;
      this.#keep(key, operation);
      throw error;
    }
    this.#keep(key, operation);
  }

  #keep(key: string, operation: Operation<RegisterInput, RegisterOutput>): void {
    const operations = this.#registers.get(key);
    if (operations === undefined) this.#registers.set(key, [operation]);
    else operations.push(operation);
  }
}

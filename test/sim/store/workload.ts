import type { Operation, TxnRequest } from '@wherry/store';
import type { Operation as Timed } from '../linearizability.ts';
import type { RegisterInput, RegisterOutput } from '../register-model.ts';
import type { Plan } from '../scenario.ts';
import type { World } from '../world/cluster.ts';
import type { Random } from '../world/random.ts';
import type { Client } from './client.ts';
import type { Leases } from './leases.ts';

export type RegisterOp = Timed<RegisterInput, RegisterOutput> & { key: string };

/** What clients do all day: a mix of everything, on few keys, so that they get into each other's way. */
export class Workload {
  /** Of the keys under `r/`, which are only ever used one by one: for the checker that knows nothing of revisions. */
  readonly registers: RegisterOp[] = [];
  readonly #world: World;
  readonly #client: Client;
  readonly #leases: Leases;
  readonly #plan: Plan;
  readonly #random: Random;
  #lastValue = 0;
  #moment = 0;

  constructor(world: World, client: Client, leases: Leases, plan: Plan) {
    this.#world = world;
    this.#client = client;
    this.#leases = leases;
    this.#plan = plan;
    this.#random = world.random.fork();
  }

  async run(): Promise<void> {
    const { scheduler } = this.#world;
    const random = this.#random;
    while (scheduler.nowMs < this.#plan.faultsMs) {
      await scheduler.sleep(Math.min(random.tail(this.#plan.thinkMs), 2000));
      const kind = random.weighted({ register: 4, transaction: 4, read: 3, compact: 0.4, lease: 0.5, backup: 0.1 });
      if (kind === 'register') await this.register(random);
      else if (kind === 'transaction') await this.transaction(random);
      else if (kind === 'read') await this.read(random);
      else if (kind === 'compact') await this.compact(random);
      else if (kind === 'backup') await this.backup();
      else await this.#leases.live(random, () => this.value());
    }
  }

  /** Never the same. */
  value(): Buffer {
    return Buffer.from(`v${++this.#lastValue}`);
  }

  async register(random: Random): Promise<void> {
    const host = this.#client.pick();
    if (host === undefined) return;
    const key = `r/${random.below(this.#plan.keys)}`;
    const note = async (input: RegisterInput, act: () => Promise<RegisterOutput | undefined>): Promise<void> => {
      const op: RegisterOp = { key, input, called: ++this.#moment, returned: Number.POSITIVE_INFINITY };
      this.registers.push(op);
      const output = await act();
      if (output === undefined) return;
      op.output = output;
      op.returned = ++this.#moment;
    };
    const get = async (): Promise<{ value: string | undefined; modRevision: number } | undefined> => {
      const { outcome } = await this.#client.read(host, { type: 'get', key, revision: 0, linearizable: true });
      if (outcome.type !== 'ok') return undefined;
      const [kv] = outcome.result.kvs;
      return { value: kv && Buffer.from(kv.value).toString(), modRevision: kv?.modRevision ?? 0 };
    };
    const kind = random.weighted({ read: 4, write: 3, swap: 3, remove: 0.5 });
    if (kind === 'swap') {
      const seen = await get();
      if (seen === undefined) return;
      const value = this.value();
      const compare = { key, target: 'modRevision', op: '=', value: seen.modRevision } as const;
      return note({ type: 'swap', from: seen.value, to: value.toString() }, async () => {
        const result = await this.#client.transact(host, {
          compares: [compare],
          success: [{ type: 'put', key, value }],
          failure: [{ type: 'get', key }],
        });
        return result && { ok: result.succeeded };
      });
    }
    if (kind === 'read') {
      return note({ type: 'read' }, async () => {
        const seen = await get();
        return seen && { ok: true, value: seen.value };
      });
    }
    const value = this.value();
    const operation: Operation = kind === 'write' ? { type: 'put', key, value } : { type: 'delete', key };
    return note({ type: 'write', value: kind === 'write' ? value.toString() : undefined }, async () => {
      const result = await this.#client.transact(host, { compares: [], success: [operation] });
      return result && { ok: true };
    });
  }

  async transaction(random: Random): Promise<void> {
    const host = this.#client.pick();
    if (host === undefined) return;
    const keys = ['t/a', 't/b', 't/c/1', 't/c/2', 't/d'];
    const request: TxnRequest = {
      compares: [],
      success: this.#operations(random, keys),
      failure: this.#operations(random, keys),
    };
    while (random.chance(0.4)) {
      const target = random.pick(['createRevision', 'modRevision', 'version', 'lease'] as const);
      const value =
        target === 'modRevision' || target === 'createRevision'
          ? Math.max(0, this.#client.floor - random.below(20))
          : random.below(4);
      request.compares.push({
        key: random.pick(keys),
        target,
        op: random.pick(['=', '!=', '<', '>'] as const),
        value: random.chance(0.3) ? 0 : value,
      });
    }
    await this.#client.transact(host, request);
  }

  /** Each on keys of its own. */
  #operations(random: Random, keys: readonly string[]): Operation[] {
    const operations: Operation[] = [];
    for (const key of keys) {
      if (!random.chance(0.35)) continue;
      const kind = random.weighted({ put: 5, delete: 2, get: 1, deletePrefix: 0.5 });
      if (kind === 'put') operations.push({ type: 'put', key, value: this.value() });
      else if (kind === 'deletePrefix') operations.push({ type: 'deletePrefix', prefix: key });
      else operations.push({ type: kind, key });
    }
    return operations;
  }

  async read(random: Random): Promise<void> {
    const host = this.#client.pick();
    if (host === undefined) return;
    const revision = random.chance(0.4) ? Math.max(1, this.#client.floor - random.below(30)) : 0;
    const linearizable = random.chance(0.6);
    if (random.chance(0.5)) {
      await this.#client.read(host, {
        type: 'list',
        key: random.pick(['', 't/', 'r/', 't/c', 'l/']),
        revision,
        linearizable,
      });
    } else {
      await this.#client.read(host, {
        type: 'get',
        key: random.pick(['t/a', 't/b', 't/c/1', 'r/0']),
        revision,
        linearizable,
      });
    }
  }

  async compact(random: Random): Promise<void> {
    const host = this.#client.pick();
    const client = this.#client;
    const revision = client.floor - random.below(random.pick([2, 20, 60]));
    if (host === undefined || revision < 1) return;
    client.compactionAsked = Math.max(client.compactionAsked, revision);
    const physical = random.chance(0.2);
    await client.call(host, 'compact', { revision, physical }, (store) => store.compactTo(revision, { physical }));
  }

  async backup(): Promise<void> {
    const host = this.#client.pick();
    if (host === undefined) return;
    await this.#client.call(host, 'backup', {}, async (store) => {
      const { chunks } = await store.backup();
      let bytes = 0;
      for await (const chunk of chunks) bytes += chunk.length;
      return bytes;
    });
  }
}

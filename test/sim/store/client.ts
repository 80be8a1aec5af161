import { StorageError, type TxnRequest, type TxnResult } from '@wherry/store';
import type { Store } from '@wherry/store';
import type { Cluster, Host, World } from '../world/cluster.ts';
import type { Call, Outcome, ReadCall, ReadRequest, TxnCall } from './history.ts';

export type StoreCluster = Cluster<Store>;
export type StoreHost = Host<Store>;

/** After so long a client takes the outcome for unknown. Longer than the store itself takes. */
const giveUpMs = 15_000;

/** Calls members as a client does that is not in their process, and writes down what it is told. */
export class Client {
  readonly transactions: TxnCall[] = [];
  readonly reads: ReadCall[] = [];
  /** The highest revision anybody was told of by a write or a linearizable read. */
  floor = 1;
  compactionAsked = 0;
  readonly #world: World;
  readonly #cluster: StoreCluster;
  #moment = 0;
  #lastId = 0;

  constructor(world: World, cluster: StoreCluster) {
    this.#world = world;
    this.#cluster = cluster;
  }

  /** One that runs. */
  pick(): StoreHost | undefined {
    const running = this.#cluster.members();
    return running.length === 0 ? undefined : this.#world.random.pick(running).host;
  }

  /** Says in `changesNothing` whether an answer that never came leaves anything open. */
  async call<Request, Result>(
    host: StoreHost,
    what: string,
    request: Request,
    run: (store: Store) => Promise<Result>,
  ): Promise<Call<Request, Result>> {
    const { scheduler, random, trace } = this.#world;
    const id = ++this.#lastId;
    const { floor } = this;
    const called = ++this.#moment;
    const calledMs = scheduler.nowMs;
    const outcome = await new Promise<Outcome<Result>>((resolve) => {
      const running = host.running;
      const store = running?.member;
      if (!running || !store) return resolve({ type: 'failed', code: 'unavailable' });
      void running.ended.then(() => resolve({ type: 'unknown' }));
      scheduler.after(giveUpMs, undefined, () => resolve({ type: 'unknown' }));
      const back = (outcome: Outcome<Result>): void => {
        scheduler.after(random.between(0.05, 0.5), running.life, () => resolve(outcome));
      };
      scheduler.after(random.between(0.05, 0.5), running.life, () => {
        run(store).then(
          (result) => back({ type: 'ok', result }),
          (error: unknown) => back(this.#failed(what, error)),
        );
      });
    });
    trace.count(`${what} ${outcome.type === 'failed' ? outcome.code : outcome.type}`);
    trace.add(
      scheduler.nowMs,
      [id, outcome.type.length],
      () => `call ${id} to ${host.id}: ${what} ${JSON.stringify(request)} -> ${JSON.stringify(outcome)}`,
    );
    return { id, member: host.id, request, outcome, called, calledMs, returned: ++this.#moment, floor };
  }

  #failed<Result>(what: string, error: unknown): Outcome<Result> {
    if (!(error instanceof StorageError)) {
      this.#world.finding(`${what} ends with ${error instanceof Error ? error.stack : String(error)}`);
      return { type: 'unknown' };
    }
    return error.code === 'unknown' ? { type: 'unknown' } : { type: 'failed', code: error.code };
  }

  async transact(host: StoreHost, request: TxnRequest): Promise<TxnResult | undefined> {
    const call = await this.call(host, 'txn', request, (store) => store.txn(request));
    this.transactions.push(call);
    return this.#told(call.outcome);
  }

  async read(host: StoreHost, request: ReadRequest): Promise<ReadCall> {
    const consistency = request.linearizable ? 'linearizable' : 'serializable';
    const { revision } = request;
    const call = await this.call(host, request.linearizable ? 'read' : 'serializable read', request, async (store) => {
      if (request.type === 'list') {
        const { items, ...list } = await store.list(request.key, { consistency, revision });
        return { revision: list.revision, kvs: items };
      }
      const found = await store.get(request.key, { consistency, revision });
      return { revision: found.revision, kvs: found.kv ? [found.kv] : [] };
    });
    this.reads.push(call);
    const { outcome } = call;
    if (outcome.type === 'failed') this.#checkRefusal(call, outcome.code);
    if (request.linearizable && revision === 0) this.#told(outcome);
    return call;
  }

  #checkRefusal({ request, floor, member }: ReadCall, code: string): void {
    const { revision, linearizable } = request;
    if (code === 'compacted' && revision >= this.compactionAsked) {
      this.#world.finding(`${member} says that ${revision} is compacted; ${this.compactionAsked} was asked for`);
    }
    if (code === 'future-revision' && linearizable && revision <= floor) {
      this.#world.finding(
        `linearizability: ${member} says that ${revision} is in the future, but ${floor} was known before`,
      );
    }
  }

  #told<Result extends { revision: number }>(outcome: Outcome<Result>): Result | undefined {
    if (outcome.type !== 'ok') return undefined;
    this.floor = Math.max(this.floor, outcome.result.revision);
    return outcome.result;
  }
}

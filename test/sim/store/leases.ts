import type { World } from '../world/cluster.ts';
import type { Random } from '../world/random.ts';
import type { Client } from './client.ts';
import type { MvccModel } from './mvcc-model.ts';
import { tell } from './mvcc-model.ts';

interface LeaseHistory {
  id: number;
  ttlMs: number;
  /** When the grant and the renewals were asked for that were acknowledged. */
  renewedMs: number[];
  /** Somebody has asked for its end. */
  revoked: boolean;
}

/** Grants, renews, revokes and abandons leases, and knows when they may end. */
export class Leases {
  readonly #world: World;
  readonly #client: Client;
  readonly #leases = new Map<number, LeaseHistory>();
  #number = 0;

  constructor(world: World, client: Client) {
    this.#world = world;
    this.#client = client;
  }

  async live(random: Random, value: () => Buffer): Promise<void> {
    const { scheduler, finding } = this.#world;
    const client = this.#client;
    const host = client.pick();
    if (host === undefined) return;
    const ttlSeconds = 1 + random.below(3);
    const grant = await client.call(host, 'grant', { ttlSeconds }, (store) => store.grantLease(ttlSeconds));
    if (grant.outcome.type !== 'ok') return;
    const { id } = grant.outcome.result;
    if (this.#leases.has(id)) finding(`lease id ${id} is given a second time`);
    const lease: LeaseHistory = { id, ttlMs: ttlSeconds * 1000, renewedMs: [grant.calledMs], revoked: false };
    this.#leases.set(id, lease);
    const key = `l/${this.#number++ % 3}/`;
    const puts = 1 + random.below(2);
    for (let i = 0; i < puts; i++) {
      await client.transact(client.pick() ?? host, {
        compares: [],
        success: [{ type: 'put', key: key + i, value: value(), lease: id }],
      });
    }
    for (let renewals = random.below(4); renewals > 0; renewals--) {
      await scheduler.sleep(random.between(0, ttlSeconds * 700));
      await this.#renew(lease);
    }
    const end = random.weighted({ abandon: 3, revoke: 1, detach: 1 });
    if (end === 'detach') {
      await client.transact(client.pick() ?? host, {
        compares: [],
        success: [{ type: 'put', key: `${key}0`, value: value() }],
      });
    } else if (end === 'revoke') {
      lease.revoked = true;
      await client.call(client.pick() ?? host, 'revoke', { id }, (store) => store.revokeLease(id));
    }
  }

  async #renew(lease: LeaseHistory): Promise<void> {
    const host = this.#client.pick();
    if (host === undefined) return;
    const { id } = lease;
    const { outcome, calledMs } = await this.#client.call(host, 'renew', { id }, (store) => store.keepAliveLease(id));
    if (outcome.type === 'ok') lease.renewedMs.push(calledMs);
  }

  /**
   * Keys went that nobody is known to have deleted. `jumpedMs` and `drift` are what clocks may be ahead: a lease lives
   * as long as was asked for by the cluster's clock. Returns whether a lease explains it.
   */
  explains(model: MvccModel, revision: number, seenMs: number, clocks: { jumpedMs: number; drift: number }): boolean {
    const events = model.eventsAt(revision) ?? [];
    const id = events[0]?.previous?.lease ?? 0;
    if (id === 0 || events.some(({ type, previous }) => type !== 'delete' || previous?.lease !== id)) return false;
    const lease = this.#leases.get(id);
    // A grant of which nobody knows the outcome; nobody put keys under it then.
    if (lease === undefined) return false;
    const left = model.list('', revision).filter((kv) => kv.lease === id);
    if (left.length > 0)
      this.#world.finding(`lease ${id} ended at ${revision}, but ${left.map(({ key }) => key).join()} still has it`);
    const last = Math.max(...lease.renewedMs);
    if (last > seenMs) this.#world.finding(`lease ${id} was renewed at ${last}, after its end was seen at ${seenMs}`);
    const earliestMs = last + (lease.ttlMs - clocks.jumpedMs) / (1 + clocks.drift) - 2;
    if (!lease.revoked && seenMs < earliestMs) {
      this.#world.finding(
        `lease ${id} was renewed at ${last.toFixed(1)} for ${lease.ttlMs} ms, and ended at ${seenMs.toFixed(1)}: ${tell(events)}`,
      );
    }
    return true;
  }
}

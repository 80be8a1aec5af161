import { StorageError } from '@wherry/store';
import type { Store } from '@wherry/store';
import type { Beginning } from '@wherry/store/member';
import type { World } from '../world/cluster.ts';
import type { Client, StoreCluster, StoreHost } from './client.ts';

/** Adds, promotes and removes members, and hands leadership over, as an administrator does. */
export class Membership {
  readonly #world: World;
  readonly #cluster: StoreCluster;
  readonly #client: Client;
  readonly #clusterId: number;
  readonly #beginnings = new Map<number, Beginning>();
  /** Whose removal was asked for. */
  readonly #leaving = new Set<number>();
  #added = 0;

  constructor(world: World, cluster: StoreCluster, client: Client, clusterId: number) {
    this.#world = world;
    this.#cluster = cluster;
    this.#client = client;
    this.#clusterId = clusterId;
  }

  /** Undefined for founders. */
  beginning(id: number): Beginning | undefined {
    return this.#beginnings.get(id);
  }

  leader(): { host: StoreHost; member: Store } | undefined {
    return this.#cluster.members().find(({ host, member }) => member.status().leader === host.id);
  }

  /** Hosts of those that vote, as the leader has it. */
  voters(): StoreHost[] {
    const members = this.leader()?.member.members() ?? [];
    const hosts = members.filter(({ isLearner }) => !isLearner).map(({ id }) => this.#cluster.hosts.get(id));
    return hosts.filter((host) => host?.running?.member !== undefined).map((host) => host as StoreHost);
  }

  /** Every voter of the leader's runs. */
  complete(): boolean {
    const members = this.leader()?.member.members() ?? [];
    return members.length > 0 && this.voters().length === members.filter(({ isLearner }) => !isLearner).length;
  }

  async change(): Promise<void> {
    const { random, scheduler } = this.#world;
    const leader = this.leader();
    if (!leader) return;
    const host = random.chance(0.7) ? leader.host : (this.#client.pick() ?? leader.host);
    const members = host.running?.member?.members() ?? [];
    const learner = members.find(({ isLearner }) => isLearner);
    if (learner && random.chance(0.7)) {
      await this.#client.call(host, 'promote', { id: learner.id }, (store) => store.promoteMember(learner.id));
    } else if (members.length < 5 && random.chance(0.6)) {
      await this.#add(host, random.chance(0.7));
    } else if (members.length > 1) {
      const { id } = random.pick(members);
      this.#leaving.add(id);
      const { outcome } = await this.#client.call(host, 'remove', { id }, (store) => store.removeMember(id));
      if (outcome.type === 'ok') scheduler.after(random.between(0, 2000), undefined, () => this.#retire(id));
    } else {
      await this.#add(host, false);
    }
    await scheduler.sleep(random.between(0, 500));
  }

  async #add(host: StoreHost, isLearner: boolean): Promise<void> {
    const urls = [`added-${++this.#added}`];
    const { outcome } = await this.#client.call(host, 'add', { urls, isLearner }, (store) =>
      store.addMember(urls, isLearner),
    );
    if (outcome.type === 'ok') this.startMissing();
  }

  /** Those that were added and have no host yet, whoever was told of it. */
  startMissing(): void {
    for (const { member } of this.#cluster.members()) {
      const members = member.members();
      for (const { id } of members) {
        if (this.#cluster.hosts.has(id)) continue;
        this.#beginnings.set(id, { type: 'join', clusterId: this.#clusterId, members });
        this.#cluster.start(this.#cluster.addHost(id));
      }
    }
  }

  async transfer(): Promise<void> {
    const leader = this.leader();
    if (!leader) return;
    const { id } = this.#world.random.pick(leader.member.members());
    await this.#client.call(leader.host, 'move leader', { id }, (store) => store.moveLeader(id));
  }

  #retire(id: number): void {
    const host = this.#cluster.hosts.get(id);
    if (!host || host.retired) return;
    this.#cluster.crash(host, 'kill');
    host.retired = true;
    this.#cluster.note(id, 'retired');
  }

  /** One that was removed stops, and does not start any more. */
  left(id: number, error: Error): void {
    const removed = error instanceof StorageError && error.code === 'cluster' && this.#leaving.has(id);
    if (removed) this.#retire(id);
    else this.#world.finding(`member ${id} stops or does not start, though its disk is well: ${error.stack}`);
  }
}

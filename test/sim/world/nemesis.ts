import type { Cluster, Host, World } from './cluster.ts';

export type Fault =
  | 'partition'
  | 'oneWay'
  | 'isolate'
  | 'kill'
  | 'killAll'
  | 'power'
  | 'powerAll'
  | 'stop'
  | 'pause'
  | 'slowDisk'
  | 'stall'
  | 'failingDisk'
  | 'damage'
  | 'clockJump'
  | 'transfer'
  | 'members'
  | 'loss';

export interface NemesisOptions {
  weights: Partial<Record<Fault, number>>;
  /** Between two faults, on the average. */
  everyMs: number;
  /** How long one lasts, typically. */
  lastsMs: number;
  untilMs: number;
  maxJumpMs: number;
  /**
   * What happens, as often, to one who has just come to lead. `rotate`: it is cut off until another one leads, so that
   * of three members the two who led last take turns with logs of their own (figure 8 of the Raft paper).
   */
  onLeader: { probability: number; fault: 'kill' | 'power' | 'isolate' | 'partition' | 'pause' | 'rotate' };
  /** How often the network falls apart while members change. */
  splitAtChange: number;
  /** The one that leads, as far as one can see. */
  leader(): number;
  transfer(): void;
  /** Adds, promotes or removes a member. */
  changeMembers(): Promise<void>;
}

/** What goes wrong, one thing after the other and one on top of the other, until it all heals. */
export class Nemesis<M> {
  /** By how much clocks have jumped ahead, all in all. */
  jumpedMs = 0;
  readonly #world: World;
  readonly #cluster: Cluster<M>;
  readonly #options: NemesisOptions;
  #changing = false;
  #healed = false;
  /** Links that are cut until another one leads. */
  #rotated: string[] = [];

  constructor(world: World, cluster: Cluster<M>, options: NemesisOptions) {
    this.#world = world;
    this.#cluster = cluster;
    this.#options = options;
  }

  async run(): Promise<void> {
    const { scheduler, random } = this.#world;
    const { weights, everyMs, untilMs } = this.#options;
    if (Object.keys(weights).length === 0) return scheduler.sleep(untilMs - scheduler.nowMs);
    while (scheduler.nowMs < untilMs) {
      await scheduler.sleep(Math.min(random.between(0, 2 * everyMs), untilMs - scheduler.nowMs));
      if (scheduler.nowMs < untilMs) this.#strike(random.weighted(weights), this.#victim());
    }
  }

  /** Strikes while the others do not know yet what the new leader says. */
  leads(id: number): void {
    const { random, scheduler, network } = this.#world;
    const { probability, fault } = this.#options.onLeader;
    if (!random.chance(probability)) return;
    // Often before anybody has heard of it, else in the midst of its first words.
    const { latencyMs } = network.temper;
    scheduler.after(random.between(0, random.pick([latencyMs, 4 * latencyMs, 8 * latencyMs + 20])), undefined, () => {
      const host = this.#cluster.hosts.get(id);
      if (!host || scheduler.nowMs > this.#options.untilMs) return;
      if (fault === 'rotate') this.#rotate(id);
      else this.#strike(fault, host);
    });
  }

  #rotate(id: number): void {
    const { cut } = this.#world.network;
    this.#cluster.note(id, 'rotated out');
    for (const link of this.#rotated) cut.delete(link);
    this.#rotated = [...this.#cluster.hosts.keys()].flatMap((other) => [`${id}>${other}`, `${other}>${id}`]);
    for (const link of this.#rotated) cut.add(link);
  }

  membersChange(): void {
    const { random, scheduler, network } = this.#world;
    if (!random.chance(this.#options.splitAtChange)) return;
    scheduler.after(random.between(0, 4 * network.temper.latencyMs + 20), undefined, () => {
      if (scheduler.nowMs < this.#options.untilMs) this.#strike('partition', this.#victim());
    });
  }

  /** All is well again, and all that is not retired runs. */
  heal(): void {
    const { network, scheduler } = this.#world;
    this.#healed = true;
    network.cut.clear();
    network.temper.loss = 0;
    network.temper.straggling = 0;
    network.temper.breaking = 0;
    for (const host of this.#cluster.hosts.values()) {
      // Whatever runs on a disk that failed once is done for.
      if (host.temper.failure > 0) this.#cluster.crash(host, 'kill');
      host.temper.failure = 0;
      host.temper.stalledUntilMs = 0;
      host.syncMs = 0.5;
      host.temper.syncMs = 0.5;
      if (host.running)
        host.running.life.pausedUntilMs = Math.min(host.running.life.pausedUntilMs, scheduler.nowMs + 1);
      this.#cluster.start(host);
    }
    this.#cluster.note(0, 'healed');
  }

  #strike(fault: Fault, host: Host<M>): void {
    const { random, scheduler } = this.#world;
    const lastsMs = Math.min(random.tail(this.#options.lastsMs), 6000);
    switch (fault) {
      case 'partition':
      case 'oneWay':
      case 'isolate':
        return this.#cut(fault, host, lastsMs);
      case 'kill':
      case 'power':
        return this.#crash([host], fault, lastsMs);
      case 'killAll':
        return this.#crash([...this.#cluster.hosts.values()], 'kill', lastsMs);
      case 'powerAll':
        return this.#crash([...this.#cluster.hosts.values()], 'power', lastsMs);
      case 'stop':
        void this.#cluster.stop(host).then(() => this.#startLater(host, lastsMs));
        return;
      case 'pause':
        return this.#cluster.pause(host, lastsMs);
      case 'slowDisk':
        this.#cluster.note(host.id, 'slow disk');
        host.temper.syncMs = random.between(20, 300);
        scheduler.after(lastsMs, undefined, () => {
          host.temper.syncMs = host.syncMs;
        });
        return;
      case 'stall':
        this.#cluster.note(host.id, 'disk stalls');
        host.temper.stalledUntilMs = scheduler.nowMs + lastsMs;
        return;
      case 'failingDisk':
        return this.#failDisk(host, lastsMs);
      case 'damage':
        return this.#cluster.damage(host);
      case 'clockJump':
        return this.#jump(host);
      case 'transfer':
        return this.#options.transfer();
      case 'members':
        return this.#changeMembers();
      case 'loss':
        return this.#lose(lastsMs);
    }
  }

  /** The leader oftener than the others. */
  #victim(): Host<M> {
    const { random } = this.#world;
    const leader = this.#cluster.hosts.get(this.#options.leader());
    if (leader && random.chance(0.4)) return leader;
    return random.pick([...this.#cluster.hosts.values()].filter((host) => !host.retired));
  }

  #cut(fault: 'partition' | 'oneWay' | 'isolate', victim: Host<M>, lastsMs: number): void {
    const { random, network, scheduler } = this.#world;
    const ids = [...this.#cluster.hosts.keys()];
    const side = new Set(fault === 'isolate' ? [victim.id] : ids.filter(() => random.chance(0.5)));
    const links: string[] = [];
    for (const from of ids) {
      for (const to of ids) {
        if (side.has(from) === side.has(to) || (fault === 'oneWay' && side.has(from))) continue;
        links.push(`${from}>${to}`);
      }
    }
    this.#cluster.note(victim.id, `${fault} ${links.join(' ')}`);
    for (const link of links) network.cut.add(link);
    scheduler.after(lastsMs, undefined, () => {
      for (const link of links) network.cut.delete(link);
    });
  }

  #crash(hosts: Host<M>[], how: 'kill' | 'power', lastsMs: number): void {
    for (const host of hosts) {
      this.#cluster.crash(host, how);
      this.#startLater(host, this.#world.random.chance(0.3) ? 5 : this.#world.random.between(0, lastsMs));
    }
  }

  #startLater(host: Host<M>, afterMs: number): void {
    this.#world.scheduler.after(afterMs, undefined, () => this.#cluster.start(host));
  }

  #failDisk(host: Host<M>, lastsMs: number): void {
    this.#cluster.note(host.id, 'disk fails');
    host.temper.failure = this.#world.random.pick([0.05, 0.3, 1]);
    this.#world.scheduler.after(lastsMs, undefined, () => {
      if (this.#healed) return;
      this.#cluster.crash(host, 'kill');
      host.temper.failure = 0;
      this.#cluster.start(host);
    });
  }

  #jump(host: Host<M>): void {
    const byMs = Math.round(this.#world.random.between(1, this.#options.maxJumpMs));
    this.#cluster.note(host.id, `clock jumps ${byMs}`);
    host.running?.clock.jump(byMs);
    this.jumpedMs += byMs;
  }

  #changeMembers(): void {
    if (this.#changing) return;
    this.#changing = true;
    void this.#options.changeMembers().finally(() => {
      this.#changing = false;
    });
  }

  #lose(lastsMs: number): void {
    const { network, random, scheduler } = this.#world;
    const before = network.temper.loss;
    network.temper.loss = random.between(0.05, 0.6);
    this.#cluster.note(0, `loses ${network.temper.loss.toFixed(2)}`);
    scheduler.after(lastsMs, undefined, () => {
      network.temper.loss = this.#healed ? 0 : Math.min(before, 0.1);
    });
  }
}

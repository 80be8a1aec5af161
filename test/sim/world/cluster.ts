import type { NodeId, Transport } from '@wherry/raft';
import type { Volume } from '@wherry/raft/disk';
import { SimClock } from './clock.ts';
import { type DiskTemper, type Finding, HostDisk } from './disk.ts';
import type { Network } from './network.ts';
import type { Random } from './random.ts';
import type { Life, Scheduler } from './scheduler.ts';
import { hashOf, type Trace } from './trace.ts';

/** All that a member gets of the world. */
export interface MemberParts {
  id: NodeId;
  life: Life;
  volume: Volume;
  clock: SimClock;
  random: () => number;
  transport: Transport;
  /** The member has stopped by itself. */
  onFailure(error: Error): void;
}

export interface Host<M> {
  id: NodeId;
  disk: HostDisk;
  temper: DiskTemper;
  /** While it runs. `member` is there once it is open. */
  running: { life: Life; clock: SimClock; member: M | undefined; ended: Promise<void>; end(): void } | undefined;
  /** Taken out of the cluster for good. */
  retired: boolean;
  clockRate: number;
  /** As its disk is when nothing is wrong. */
  syncMs: number;
  /** What was done to its disk, which it has to notice when it starts. */
  damage: string | undefined;
}

export interface World {
  scheduler: Scheduler;
  network: Network;
  random: Random;
  trace: Trace;
  /** What must not be; the seed has failed. */
  finding: Finding;
}

export interface ClusterOptions<M> {
  open(parts: MemberParts): Promise<M>;
  close(member: M): Promise<void>;
  /** A member has stopped, though its disk is well. */
  onFailed(id: NodeId, error: Error): void;
  /** A member that ran before refuses to start: damage, where none was done. */
  onRefused(id: NodeId, error: Error): void;
  /** The disks of which every bit is verified at the start. */
  verified: ('log' | 'state')[];
  syncMs: number;
  /** The share of disks that are much slower. */
  slowHosts: number;
  clockDrift: number;
}

/** Hosts with disks, and the processes that run on them for a while. */
export class Cluster<M> {
  readonly hosts = new Map<NodeId, Host<M>>();
  readonly #world: World;
  readonly #options: ClusterOptions<M>;

  constructor(world: World, options: ClusterOptions<M>) {
    this.#world = world;
    this.#options = options;
  }

  addHost(id: NodeId): Host<M> {
    const { scheduler, random, finding } = this.#world;
    const syncMs = this.#options.syncMs * (random.chance(this.#options.slowHosts) ? 20 : 1);
    const temper: DiskTemper = { syncMs, stalledUntilMs: 0, failure: 0 };
    const host: Host<M> = {
      id,
      disk: new HostDisk({ scheduler, random: random.fork(), temper, finding }),
      temper,
      syncMs,
      running: undefined,
      retired: false,
      damage: undefined,
      clockRate: 1 + random.between(-this.#options.clockDrift, this.#options.clockDrift),
    };
    this.hosts.set(id, host);
    return host;
  }

  start(host: Host<M>): void {
    if (host.running || host.retired) return;
    const { scheduler, random, network } = this.#world;
    const life: Life = { alive: true, pausedUntilMs: 0 };
    const clock = new SimClock(scheduler, life, { startMs: random.below(1e6), rate: host.clockRate });
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const running: NonNullable<Host<M>['running']> = { life, clock, member: undefined, ended, end };
    host.running = running;
    this.note(host.id, 'starts');
    const own = random.fork();
    const parts: MemberParts = {
      id: host.id,
      life,
      volume: host.disk.open(life),
      clock,
      random: () => own.float(),
      transport: network.transport(host.id, life),
      onFailure: (error) => this.#failed(host, life, error),
    };
    this.#options.open(parts).then(
      (member) => {
        if (!life.alive) return;
        running.member = member;
        if (host.damage !== undefined) this.#world.finding(`member ${host.id} starts although ${host.damage}`);
      },
      (error: Error) => this.#refused(host, life, error),
    );
  }

  /** kill -9, or the power fails. */
  crash(host: Host<M>, how: 'kill' | 'power'): void {
    // Damage beside a lost mark could not be noticed.
    if (how === 'power') this.#repair(host);
    if (!host.running) {
      if (how === 'power') host.disk.powerCut();
      return;
    }
    this.note(host.id, how);
    host.running.life.alive = false;
    host.running.end();
    this.#world.network.died(host.running.life);
    host.running = undefined;
    if (how === 'kill') host.disk.kill();
    else host.disk.powerCut();
  }

  /** Kills it, and does something to its disk. */
  damage(host: Host<M>): void {
    this.crash(host, 'kill');
    if (host.damage !== undefined) return;
    host.damage = host.disk.damage(this.#world.random, this.#options.verified);
    if (host.damage === undefined) host.disk.repair();
    else this.note(host.id, `damage: ${host.damage}`);
    this.start(host);
  }

  /** As an administrator stops it. Whatever it still did when it said that it had ended is found out by the disk. */
  async stop(host: Host<M>): Promise<void> {
    const running = host.running;
    if (!running?.member) return;
    this.note(host.id, 'stops');
    await this.#options.close(running.member);
    if (host.running === running) this.crash(host, 'kill');
  }

  pause(host: Host<M>, forMs: number): void {
    if (!host.running) return;
    this.note(host.id, `pauses ${Math.round(forMs)}`);
    host.running.life.pausedUntilMs = this.#world.scheduler.nowMs + forMs;
  }

  /** Those that are open, in order of their ids. */
  members(): { host: Host<M>; member: M }[] {
    const open: { host: Host<M>; member: M }[] = [];
    for (const host of this.hosts.values()) if (host.running?.member) open.push({ host, member: host.running.member });
    return open;
  }

  note(id: NodeId, what: string): void {
    const { trace, scheduler } = this.#world;
    trace.count(what.replace(/[ :].*/s, ''));
    trace.add(scheduler.nowMs, [id, hashOf(what)], () => `[${id}] ${what}`);
  }

  #repair(host: Host<M>): void {
    if (host.damage !== undefined) host.disk.repair();
    host.damage = undefined;
  }

  #failed(host: Host<M>, life: Life, error: Error): void {
    if (!life.alive) return;
    this.note(host.id, `fails: ${error.message}`);
    if (host.temper.failure === 0) this.#options.onFailed(host.id, error);
    // It ends after what it does at the moment.
    this.#world.scheduler.after(1, life, () => this.crash(host, 'kill'));
  }

  #refused(host: Host<M>, life: Life, error: Error): void {
    if (!life.alive) return;
    this.note(host.id, `refuses to start: ${error.message}`);
    this.crash(host, 'kill');
    if (host.damage !== undefined) {
      if ((error as { code?: string }).code !== 'corrupt') {
        this.#world.finding(`member ${host.id} ends with ${error.stack} when ${host.damage}`);
      }
      this.#repair(host);
      this.#world.scheduler.after(10, undefined, () => this.start(host));
    } else if (host.temper.failure === 0) {
      this.#options.onRefused(host.id, error);
    }
  }
}

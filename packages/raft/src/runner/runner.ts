import type { Configuration, ConfigurationChange, Message, NodeId, Ready, SnapshotMark } from '../core/types.ts';
import type { RaftLimits } from '../core/limits.ts';
import { Raft } from '../core/raft.ts';
import type { Volume } from '../disk/disk.ts';
import { Compaction, type CompactionLimits } from './compaction.ts';
import { Log } from './log.ts';
import { RaftError } from './raft-error.ts';
import { ReadRounds } from './read-rounds.ts';
import { SnapshotReceiver } from './snapshot-receiver.ts';
import { SnapshotSender } from './snapshot-sender.ts';
import type { Clock, RaftLog, RaftStatus, StateMachine, Transport } from './types.ts';

/** What is applied in one stretch, in bytes of entries, so that nothing else is held up for long. */
const applyBytes = 256 << 10;
/** When a leader's disk has not answered for so long, somebody else had better lead. */
const diskStallMs = 3000;

export interface RunnerOptions {
  id: NodeId;
  volume: Volume;
  log: RaftLog;
  machine: StateMachine;
  transport: Transport;
  clock: Clock;
  /** Evenly from [0, 1). */
  random: () => number;
  tickMs?: number | undefined;
  electionTicks?: number | undefined;
  heartbeatTicks?: number | undefined;
  limits?: Partial<RaftLimits> | undefined;
  compaction?: Partial<CompactionLimits> | undefined;
  /** Role, term, leader or configuration have changed. */
  onChange?: ((status: RaftStatus) => void) | undefined;
  /** Others know that this member was removed; its own log may never come to tell. */
  onRemoved?: (() => void) | undefined;
  /** The member has stopped for good; its volume, machine and runner are still to be closed. */
  onFailure?: ((error: unknown) => void) | undefined;
}

/**
 * Runs one member: what the core has ready is made durable, then sent, then applied. Everything that happens in one
 * turn of the event loop shares one batch on disk and one message to each peer. While a batch is on its way to the
 * disk the core goes on, and gathers the next one.
 */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #raft: Raft;
  readonly #log: Log;
  readonly #reads: ReadRounds;
  readonly #compaction: Compaction;
  readonly #sender: SnapshotSender;
  readonly #receiver: SnapshotReceiver;
  #configuration: Configuration;
  #applied: number;
  #persisting: Promise<void> | undefined;
  #persistingSinceMs = 0;
  #installing = false;
  /** The machine wants nothing more to be applied until then. */
  #applying: Promise<void> | undefined;
  #awake = false;
  #hurrying = false;
  #timer: { cancel(): void } | undefined;
  #stopped: RaftError | undefined;
  #seen = { leader: -1, term: -1, role: '', configuration: undefined as Configuration | undefined };

  private constructor(options: RunnerOptions, log: Log) {
    const { id, machine, random, electionTicks, heartbeatTicks, limits } = options;
    this.#options = options;
    this.#log = log;
    this.#applied = machine.mark.index;
    this.#configuration = machine.mark.configuration;
    this.#raft = new Raft({
      id,
      log,
      hardState: log.hardState,
      applied: this.#applied,
      configuration: this.#configuration,
      random,
      ...(electionTicks !== undefined && { electionTicks }),
      ...(heartbeatTicks !== undefined && { heartbeatTicks }),
      ...(limits !== undefined && { limits }),
    });
    this.#reads = new ReadRounds(random);
    this.#compaction = new Compaction(log, options.compaction);
    this.#sender = new SnapshotSender(options, (to, ok) => {
      if (this.#stopped !== undefined) return;
      this.#guard(() => this.#raft.reportSnapshot(to, ok));
    });
    this.#receiver = new SnapshotReceiver(machine);
  }

  /** Rejects with DiskError, of an open volume and a machine that was opened on it, and what the transport says. */
  static async open(options: RunnerOptions): Promise<Runner> {
    const log = await Log.open(options.volume, options.machine.mark);
    await log.claim(options.id);
    const runner = new Runner(options, log);
    try {
      await runner.#start();
    } catch (error) {
      runner.#stop(new RaftError('closed', `this member did not start: ${String(error)}`, { cause: error }));
      throw error;
    }
    return runner;
  }

  /** False when there is no leader, or too much is waiting: then nothing was proposed. */
  propose(datas: Uint8Array[]): boolean {
    const taken = this.#guard(() => this.#raft.propose(datas, this.#now())) ?? false;
    if (taken) this.#hurry();
    return taken;
  }

  /** False when it is not possible now. */
  changeConfiguration(change: ConfigurationChange): boolean {
    return this.#guard(() => this.#raft.changeConfiguration(change, this.#now())) ?? false;
  }

  /**
   * Resolves with an index that was committed after the call began, and is applied here. Rejects with RaftError after
   * 5 s.
   */
  readIndex(): Promise<number> {
    if (this.#stopped !== undefined) return Promise.reject(this.#stopped);
    const index = this.#reads.add(this.#now());
    this.#wake();
    return index;
  }

  transferLeadership(to: NodeId): void {
    this.#guard(() => this.#raft.transferLeadership(to));
  }

  /** The cluster's clock, which only the leader has. */
  clusterTimeMs(): number | undefined {
    return this.#raft.role === 'leader' ? this.#raft.clusterTimeMs(this.#now()) : undefined;
  }

  status(): RaftStatus {
    return this.#raft.status();
  }

  /** Leaves volume and machine open. */
  async close(): Promise<void> {
    this.#stop(new RaftError('closed', 'this member has been closed'));
    await this.#options.transport.close();
    await this.#persisting;
    await Promise.all([this.#sender.idle(), this.#receiver.idle(), this.#compaction.idle()]);
  }

  async #start(): Promise<void> {
    const { id, transport } = this.#options;
    // What is known to be committed says who counts: it comes before any candidacy.
    this.#apply();
    await transport.start({
      onMessages: (messages) => {
        this.#guard(() => this.#step(messages));
        this.#hurry();
      },
      onSnapshot: (message, chunks) => this.#receive(message, chunks),
      onUnreachable: (peer) => this.#guard(() => this.#raft.reportUnreachable(peer)),
      onRemoved: () => this.#options.onRemoved?.(),
    });
    const { voters } = this.#configuration;
    if (voters.length === 1 && voters[0] === id) this.#guard(() => this.#raft.campaign(this.#now()));
    this.#startTimer();
    this.#wake();
  }

  /** Late ticks are not made up for: a member that slept must hear the others before it counts them out. */
  #startTimer(): void {
    const { clock, tickMs = 100 } = this.#options;
    this.#timer = clock.after(tickMs, () => {
      this.#startTimer();
      this.#guard(() => this.#tick());
    });
  }

  #tick(): void {
    const now = this.#now();
    this.#raft.tick(now);
    this.#reads.tick(now, this.#raft.leader !== 0);
    if (this.#persisting !== undefined && now - this.#persistingSinceMs > diskStallMs) {
      this.#persistingSinceMs = now;
      this.#handOver();
    }
  }

  #handOver(): void {
    if (this.#raft.role !== 'leader') return;
    const { voters } = this.#configuration;
    const able = this.#raft.status().progress.filter(({ id, active }) => active && voters.includes(id));
    const best = able.toSorted((a, b) => b.match - a.match)[0];
    this.#options.log.warn({ to: best?.id }, 'raft-disk-stalled');
    if (best !== undefined) this.#raft.transferLeadership(best.id);
  }

  #step(messages: readonly Message[]): void {
    const now = this.#now();
    for (const message of messages) this.#raft.step(message, now);
  }

  async #receive(message: Message & { type: 'snapshot' }, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    if (this.#stopped !== undefined) throw this.#stopped;
    const { term, commit } = this.#raft.status();
    const step = (): void => {
      this.#guard(() => this.#raft.step(message, this.#now()));
    };
    // One that is of no use is answered without its contents.
    if (message.term < term || message.mark.index <= commit) return step();
    await this.#receiver.receive(message.mark, chunks, step);
    if (this.#stopped !== undefined) throw this.#stopped;
    this.#options.log.info({ from: message.from, index: message.mark.index }, 'raft-snapshot-received');
  }

  /** Does it unless the member has stopped, and what follows from it in the next turn. */
  #guard<T>(act: () => T): T | undefined {
    if (this.#stopped !== undefined) return undefined;
    try {
      const result = act();
      this.#wake();
      return result;
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  #wake(): void {
    if (this.#awake || this.#stopped !== undefined) return;
    this.#awake = true;
    void this.#options.clock.turn().then(() => {
      this.#awake = false;
      this.#workNow();
    });
  }

  /**
   * What follows from a proposal or a message is done once whoever brings it has brought all, not only in the next turn:
   * a write that waits for a turn at each step takes a tenth longer.
   */
  #hurry(): void {
    if (this.#hurrying) return;
    this.#hurrying = true;
    queueMicrotask(() => {
      this.#hurrying = false;
      this.#workNow();
    });
  }

  #workNow(): void {
    if (this.#stopped !== undefined) return;
    try {
      this.#work();
    } catch (error) {
      this.#fail(error);
    }
  }

  #work(): void {
    const raft = this.#raft;
    this.#reads.ask(this.#now(), (context) => raft.readIndex(context));
    this.#send(raft.takeMessages());
    while (this.#persisting === undefined && raft.hasReady()) this.#begin(raft.ready());
    if (this.#persisting === undefined) {
      this.#receiver.forget();
      this.#compact();
    }
    this.#progress();
  }

  /** What came to be durable or committed. */
  #progress(): void {
    this.#apply();
    for (const { context, index } of this.#raft.takeReads()) this.#reads.confirm(context, index);
    this.#reads.applied(this.#applied);
    this.#notice();
  }

  #begin(ready: Ready): void {
    if (ready.snapshot === undefined) this.#receiver.forget();
    if (ready.snapshot === undefined && ready.entries.length === 0 && ready.hardState === undefined) {
      this.#finish(ready);
      return;
    }
    this.#persist(async () => {
      if (ready.snapshot !== undefined) await this.#install(ready.snapshot);
      await this.#log.append(ready);
      this.#installing = false;
      this.#finish(ready);
    });
  }

  #finish(ready: Ready): void {
    if (this.#stopped !== undefined) return;
    this.#send(ready.messages);
    this.#raft.advance();
  }

  /** The state is replaced before the log is: should it end in between, the log begins anew behind the state. */
  async #install(mark: SnapshotMark): Promise<void> {
    this.#installing = true;
    await this.#applying;
    await this.#receiver.install(mark);
    this.#applied = mark.index;
    this.#configuration = mark.configuration;
    this.#options.log.info({ index: mark.index }, 'raft-snapshot-installed');
  }

  #persist(write: () => Promise<void>): void {
    this.#persistingSinceMs = this.#now();
    this.#persisting = write().then(
      () => {
        this.#persisting = undefined;
        if (this.#stopped !== undefined) return;
        try {
          // At once, so that those who wait for it propose anew in time for the next batch.
          this.#progress();
        } catch (error) {
          this.#fail(error);
        }
        this.#wake();
      },
      (error: unknown) => {
        this.#persisting = undefined;
        this.#fail(error);
      },
    );
  }

  #apply(): void {
    if (this.#installing || this.#applying !== undefined) return;
    const committed = this.#raft.takeCommitted(applyBytes);
    const last = committed.at(-1);
    if (last === undefined) return;
    const held = this.#options.machine.apply(committed);
    this.#applied = last.entry.index;
    this.#configuration = last.configuration;
    // There may be more.
    this.#wake();
    if (held === undefined) return;
    this.#applying = held.then(
      () => {
        this.#applying = undefined;
        this.#wake();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #compact(): void {
    const { machine } = this.#options;
    const index = this.#compaction.cut(
      this.#sender.needs,
      this.#raft.role === 'leader' ? this.#raft.status() : undefined,
    );
    if (index !== undefined) this.#persist(() => this.#log.compact(index));
    else if (this.#compaction.wantsFlush(this.#applied)) {
      this.#compaction.flush(machine).then(
        () => this.#wake(),
        (error: unknown) => this.#fail(error),
      );
    }
  }

  #send(messages: Message[]): void {
    if (messages.length === 0) return;
    const small = messages.filter((message) => message.type !== 'snapshot');
    if (small.length > 0) this.#options.transport.send(small);
    if (small.length === messages.length) return;
    for (const message of messages) if (message.type === 'snapshot') this.#sender.send(message, this.#applied);
  }

  #notice(): void {
    const { leader, term, role } = this.#raft;
    const configuration = this.#configuration;
    const seen = this.#seen;
    if (leader === seen.leader && term === seen.term && role === seen.role && configuration === seen.configuration) {
      return;
    }
    if (leader !== seen.leader || term !== seen.term) this.#reads.askAgain();
    this.#seen = { leader, term, role, configuration };
    this.#options.log.info({ leader, term, role }, 'raft-changed');
    this.#options.onChange?.(this.#raft.status());
    this.#wake();
  }

  #fail(error: unknown): void {
    if (this.#stopped !== undefined) return;
    this.#options.log.error({ err: error }, 'raft-stopped');
    this.#stop(new RaftError('closed', `this member has stopped: ${String(error)}`, { cause: error }));
    // So that the others notice at once.
    this.#options.transport
      .close()
      .catch((err: unknown) => this.#options.log.warn({ err }, 'raft-transport-not-closed'));
    this.#options.onFailure?.(error);
  }

  #stop(reason: RaftError): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = reason;
    this.#timer?.cancel();
    this.#reads.close(reason);
  }

  #now(): number {
    return this.#options.clock.nowMs();
  }
}

import type { Clock } from '@wherry/raft';
import { encodeBatch } from './codec.ts';
import type { Command } from './command.ts';
import type { Answer } from './answer.ts';
import { StorageError } from './storage.ts';

export interface ProposerLimits {
  /** Proposals, and bytes of their values, that may wait for an answer. */
  queuedProposals: number;
  queuedBytes: number;
  /** How long a proposal may wait for a leader and then for its answer. */
  proposalTimeoutMs: number;
}

export interface ProposerParts {
  /** Of this life of the member: no other one, before or after, may use it. */
  origin: number;
  clock: Clock;
  limits: ProposerLimits;
  /** Hands entries to raft; false when there is no leader to take them. */
  send(entries: Uint8Array[]): boolean;
  /** True while what was sent in `term` cannot be lost on the way, as this member leads. */
  leads(term: number): boolean;
  term(): number;
}

/** What one entry takes at most, so that applying it holds nothing up for long. */
const batchCommands = 200;
const batchBytes = 1 << 20;
/** Entries under way, from the oldest one that is not answered; within what sessions.ts remembers. */
const window = 512;
const checkEveryMs = 100;
const idleCheckMs = 5;
/** After so long what was sent to the leader may have been lost on the way. */
const resendAfterMs = 1000;

interface Proposal {
  command: Command;
  bytes: number;
  deadlineMs: number;
  resolve(answer: Answer): void;
  reject(error: StorageError): void;
}

/** One entry under way. */
interface Flight {
  sequence: number;
  proposals: Proposal[];
  data: Uint8Array;
  /** It may have reached a log. */
  sent: boolean;
  sentAtMs: number;
  sentInTerm: number;
  deadlineMs: number;
}

/**
 * Puts commands into entries and sees them through: what is proposed in one go shares an entry, or what comes in one
 * turn of the event loop while another entry is under way. An entry that may have been lost is sent again, under the
 * same sequence number, so that it takes effect once however often it arrives (sessions.ts).
 */
export class Proposer {
  readonly #parts: ProposerParts;
  /** Not in an entry yet, oldest first. */
  #waiting: Proposal[] = [];
  /** By sequence, ascending. */
  readonly #flights = new Map<number, Flight>();
  #sequence = 0;
  #proposals = 0;
  #bytes = 0;
  #turning = false;
  #timer: { cancel(): void } | undefined;
  #closed: StorageError | undefined;

  constructor(parts: ProposerParts) {
    this.#parts = parts;
  }

  /** Bytes of values that wait for an answer. */
  get queuedBytes(): number {
    return this.#bytes;
  }

  /** Proposals that wait for an answer. */
  get pending(): number {
    return this.#proposals;
  }

  /** Resolves when all that was proposed is answered. */
  async idle(): Promise<void> {
    while (this.#proposals > 0) await new Promise<void>((resolve) => this.#parts.clock.after(idleCheckMs, resolve));
  }

  /** `bytes` is about what the command adds to the disk. */
  propose(command: Command, bytes: number): Promise<Answer> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    const { queuedProposals, queuedBytes, proposalTimeoutMs } = this.#parts.limits;
    if (this.#proposals >= queuedProposals || this.#bytes + bytes > queuedBytes) {
      return Promise.reject(new StorageError('unavailable', 'too many requests'));
    }
    return new Promise((resolve, reject) => {
      const deadlineMs = this.#parts.clock.nowMs() + proposalTimeoutMs;
      this.#waiting.push({ command, bytes, deadlineMs, resolve, reject });
      this.#proposals++;
      this.#bytes += bytes;
      void this.#launchAfterTurn();
    });
  }

  /** An entry of this origin was applied; `answers` has one for each of its commands. */
  applied(sequence: number, answers: readonly Answer[]): void {
    const flight = this.#take(sequence);
    // Given up on.
    if (flight === undefined) return;
    for (const [i, { resolve }] of flight.proposals.entries()) resolve(answers[i] as Answer);
    if (this.#waiting.length > 0) void this.#launchAfterTurn();
  }

  /** What was applied, and with what outcome will never be known here: the state came as a snapshot. */
  appliedUnseen(wasApplied: (sequence: number) => boolean): void {
    for (const sequence of this.#flights.keys()) {
      if (wasApplied(sequence)) this.#refuse(sequence, unknown('the state was taken over from another member'));
    }
  }

  /** Another leader, or another term: what was on its way may be lost. */
  leaderChanged(): void {
    for (const flight of this.#flights.values()) this.#send(flight);
    this.#launch();
  }

  /** What is under way ends as `unknown`, or as `error` where it was certainly not sent. */
  close(error: StorageError): void {
    this.#closed = error;
    this.#timer?.cancel();
    for (const [sequence, { sent }] of this.#flights)
      this.#refuse(sequence, sent ? unknown(error.message, error) : error);
    for (const proposal of this.#waiting.splice(0)) this.#settle(proposal).reject(error);
  }

  async #launchAfterTurn(): Promise<void> {
    if (this.#turning) return;
    this.#turning = true;
    // While nothing is under way there is nothing to wait for: what comes in the meantime shares the next entry.
    if (this.#flights.size > 0) await this.#parts.clock.turn();
    else await Promise.resolve();
    this.#turning = false;
    this.#launch();
  }

  /** Entries of what waits, as long as there is a leader to take them and room in the window. */
  #launch(): void {
    let launched = 0;
    while (launched < this.#waiting.length && this.#mayLaunch()) launched += this.#launchOne(launched);
    this.#waiting = launched === this.#waiting.length ? [] : this.#waiting.slice(launched);
    if (this.#proposals > 0) this.#watchOver();
  }

  #mayLaunch(): boolean {
    const [oldest] = this.#flights.values();
    return oldest === undefined || (oldest.sent && this.#sequence - oldest.sequence < window);
  }

  /** One entry of what waits from `from` on; returns how many proposals it took. */
  #launchOne(from: number): number {
    let to = from;
    for (let bytes = 0; to < this.#waiting.length && to - from < batchCommands && bytes < batchBytes; to++) {
      bytes += (this.#waiting[to] as Proposal).bytes;
    }
    const proposals = this.#waiting.slice(from, to);
    const sequence = ++this.#sequence;
    const [settledBelow = sequence] = this.#flights.keys();
    const commands = proposals.map(({ command }) => command);
    const data = encodeBatch({ origin: this.#parts.origin, sequence, settledBelow, commands });
    const { deadlineMs } = proposals[0] as Proposal;
    const flight = { sequence, proposals, data, sent: false, sentAtMs: 0, sentInTerm: 0, deadlineMs };
    this.#flights.set(sequence, flight);
    this.#send(flight);
    return proposals.length;
  }

  #send(flight: Flight): void {
    const { clock, send, term } = this.#parts;
    // Even where it is refused now, an earlier try may be under way.
    if (!send([flight.data])) return;
    flight.sent = true;
    flight.sentAtMs = clock.nowMs();
    flight.sentInTerm = term();
  }

  #watchOver(): void {
    this.#timer ??= this.#parts.clock.after(checkEveryMs, () => {
      this.#timer = undefined;
      this.#check();
      this.#launch();
    });
  }

  #check(): void {
    const { clock, leads } = this.#parts;
    const now = clock.nowMs();
    for (const flight of this.#flights.values()) {
      if (now >= flight.deadlineMs) this.#refuse(flight.sequence, flight.sent ? unknown('timed out') : noLeader());
      else if (!flight.sent) this.#send(flight);
      else if (now >= flight.sentAtMs + resendAfterMs && !leads(flight.sentInTerm)) this.#send(flight);
    }
    while (this.#waiting[0] !== undefined && now >= this.#waiting[0].deadlineMs) {
      this.#settle(this.#waiting.shift() as Proposal).reject(noLeader());
    }
  }

  #refuse(sequence: number, error: StorageError): void {
    for (const { reject } of this.#take(sequence)?.proposals ?? []) reject(error);
  }

  #take(sequence: number): Flight | undefined {
    const flight = this.#flights.get(sequence);
    this.#flights.delete(sequence);
    for (const proposal of flight?.proposals ?? []) this.#settle(proposal);
    return flight;
  }

  #settle(proposal: Proposal): Proposal {
    this.#proposals--;
    this.#bytes -= proposal.bytes;
    return proposal;
  }
}

function unknown(why: string, cause?: Error): StorageError {
  return new StorageError('unknown', `the outcome of the write is unknown: ${why}`, { cause });
}

function noLeader(): StorageError {
  return new StorageError('no-leader', 'no leader');
}

import { RaftError } from './raft-error.ts';

interface Call {
  deadlineMs: number;
  resolve(index: number): void;
  reject(error: RaftError): void;
}

/** Calls that share one question to the leader, of which the first may be older than the rest. */
interface Round {
  context: number;
  calls: Call[];
  startedMs: number;
}

/** How long a call waits, and how long a question before it is asked again: messages may be lost. */
const callLimitMs = 5000;
const roundLimitMs = 500;

/**
 * Linearizable reads on their way. All calls that wait share one round, and one round is under way at a time: a call
 * must not join a round that began before it.
 */
export class ReadRounds {
  readonly #maxCalls: number;
  #nextContext: number;
  #waiting: Call[] = [];
  #round: Round | undefined;
  /** Confirmed, but not applied here yet. */
  #confirmed: { index: number; calls: Call[] }[] = [];

  /** Answers to an earlier life of this member must not be taken for ones to this: contexts start anywhere. */
  constructor(random: () => number, maxCalls = 100_000) {
    this.#nextContext = Math.floor(random() * 2 ** 32) * 2 ** 20;
    this.#maxCalls = maxCalls;
  }

  add(nowMs: number): Promise<number> {
    if (this.#waiting.length >= this.#maxCalls) {
      return Promise.reject(new RaftError('timeout', 'too many reads are waiting'));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ deadlineMs: nowMs + callLimitMs, resolve, reject });
    });
  }

  /** Asks, when somebody waits and no question is under way; `ask` tells whether there is anybody to ask. */
  ask(nowMs: number, ask: (context: number) => boolean): void {
    if (this.#round !== undefined || this.#waiting.length === 0) return;
    const context = this.#nextContext;
    if (!ask(context)) return;
    this.#nextContext++;
    this.#round = { context, calls: this.#waiting, startedMs: nowMs };
    this.#waiting = [];
  }

  confirm(context: number, index: number): void {
    if (this.#round?.context !== context) return;
    this.#confirmed.push({ index, calls: this.#round.calls });
    this.#round = undefined;
  }

  applied(index: number): void {
    let done = 0;
    for (const { index: wanted, calls } of this.#confirmed) {
      if (wanted > index) break;
      for (const { resolve } of calls) resolve(wanted);
      done++;
    }
    if (done > 0) this.#confirmed.splice(0, done);
  }

  /** Whom the round under way has asked may not answer any more. */
  askAgain(): void {
    if (this.#round === undefined) return;
    this.#waiting = this.#round.calls.concat(this.#waiting);
    this.#round = undefined;
  }

  tick(nowMs: number, leaderKnown: boolean): void {
    if (this.#round !== undefined && nowMs - this.#round.startedMs >= roundLimitMs) this.askAgain();
    const keep = (call: Call): boolean => {
      if (nowMs < call.deadlineMs) return true;
      call.reject(
        leaderKnown
          ? new RaftError('timeout', 'the read was not confirmed by a majority in time')
          : new RaftError('no-leader', 'there is no leader'),
      );
      return false;
    };
    this.#waiting = this.#waiting.filter(keep);
    if (this.#round !== undefined) this.#round.calls = this.#round.calls.filter(keep);
    for (const { calls } of this.#confirmed) calls.splice(0, calls.length, ...calls.filter(keep));
  }

  close(error: RaftError): void {
    this.askAgain();
    for (const { reject } of this.#waiting) reject(error);
    for (const { calls } of this.#confirmed) for (const { reject } of calls) reject(error);
    this.#waiting = [];
    this.#confirmed = [];
  }
}

import type { KeyValue, Operation, TxnRequest, TxnResult } from '@wherry/store';
import type { Finding } from '../world/disk.ts';
import { type MvccModel, sameState, tell, tellOne } from './mvcc-model.ts';

/** What became of a call: an answer, an error that says that nothing was changed, or nobody knows. */
export type Outcome<T> = { type: 'ok'; result: T } | { type: 'failed'; code: string } | { type: 'unknown' };

/** One call of a client. `called` and `returned` count the calls and returns of all clients. */
export interface Call<Request = unknown, Result = unknown> {
  id: number;
  member: number;
  request: Request;
  outcome: Outcome<Result>;
  called: number;
  calledMs: number;
  returned: number;
  /** The highest revision that anybody had been told of when it was called, by a write or a linearizable read. */
  floor: number;
}

export type TxnCall = Call<TxnRequest, TxnResult>;

export interface ReadRequest {
  type: 'get' | 'list';
  /** A key or a prefix. */
  key: string;
  revision: number;
  linearizable: boolean;
}

export interface ReadResult {
  revision: number;
  kvs: KeyValue[];
}

export type ReadCall = Call<ReadRequest, ReadResult>;

/** Compares every answer with what was written at its revision, and the order of revisions with that of real time. */
export class HistoryCheck {
  readonly #model: MvccModel;
  readonly #finding: Finding;
  /** By whom a revision was written, as far as that is known. */
  readonly #writers = new Map<number, number>();

  constructor(model: MvccModel, finding: Finding) {
    this.#model = model;
    this.#finding = finding;
  }

  transaction(call: TxnCall): void {
    const { request, outcome, floor } = call;
    if (outcome.type === 'ok') {
      const { revision } = outcome.result;
      const changed = this.#evaluate(call, outcome.result);
      if (revision < floor || (changed && revision <= floor)) {
        this.#finding(`linearizability: ${tellCall(call)} has revision ${revision}, but ${floor} was known before`);
      }
    } else if (outcome.type === 'failed') {
      for (const value of valuesOf(request)) {
        const revision = this.#model.valueRevisions.get(value);
        if (revision !== undefined)
          this.#finding(`${tellCall(call)} failed with ${outcome.code}, but is there at ${revision}`);
      }
    }
  }

  /** Whether it changed something: then the revision is its own, else what it saw is as of that revision. */
  #evaluate(call: TxnCall, result: TxnResult): boolean {
    const { revision } = result;
    const before = this.#effect(call, revision - 1);
    const events = this.#model.eventsAt(revision) ?? [];
    const wrote =
      before.writes.length > 0 &&
      before.writes.length === events.length &&
      before.writes.every((write, i) => sameWrite(write, events[i])) &&
      sameAnswer(before, result);
    if (wrote) {
      const writer = this.#writers.get(revision);
      if (writer !== undefined) this.#finding(`calls ${writer} and ${call.id} both wrote revision ${revision}`);
      this.#writers.set(revision, call.id);
      return true;
    }
    const after = this.#effect(call, revision);
    if (after.writes.length === 0 && sameAnswer(after, result)) return false;
    const answer = result.results.map(({ kvs }) => kvs.map(tellOne).join()).join('; ');
    this.#finding(
      `an acknowledged write is lost, or its answer is wrong: ${tellCall(call)} at ${revision} (${result.succeeded}; ${answer}), where there is ${tell(events)}`,
    );
    return false;
  }

  /** What it would do in the state of that revision. */
  #effect({ request }: TxnCall, revision: number): Effect {
    const model = this.#model;
    const succeeded = request.compares.every(({ key, target, op, value }) => {
      const found = { createRevision: 0, modRevision: 0, version: 0, lease: 0, ...model.get(key, revision) }[target];
      return op === '=' ? found === value : op === '!=' ? found !== value : op === '<' ? found < value : found > value;
    });
    const writes: Write[] = [];
    const results: KeyValue[][] = [];
    // Our operations touch a key once in a transaction, but for a get before.
    for (const operation of succeeded ? request.success : (request.failure ?? []))
      results.push(this.#run(operation, revision, writes));
    return { succeeded, writes, results };
  }

  #run(operation: Operation, revision: number, events: Write[]): KeyValue[] {
    const model = this.#model;
    if (operation.type === 'deletePrefix') {
      const kvs = model.list(operation.prefix, revision);
      for (const { key } of kvs) events.push({ type: 'delete', key });
      return kvs;
    }
    const before = model.get(operation.key, revision);
    const kvs = before ? [before] : [];
    if (operation.type === 'put') {
      events.push({ type: 'put', key: operation.key, value: operation.value, lease: operation.lease ?? 0 });
    } else if (operation.type === 'delete' && before) {
      events.push({ type: 'delete', key: operation.key });
    }
    return kvs;
  }

  /** Nothing happened that nobody asked for. `explained` tells of other reasons than transactions. */
  everyRevision(
    calls: readonly TxnCall[],
    open: readonly TxnRequest[],
    explained: (revision: number) => boolean,
  ): void {
    const model = this.#model;
    const asked = new Set(calls.flatMap(({ request }) => valuesOf(request)));
    for (let revision = 2; revision <= model.revision; revision++) {
      const events = model.eventsAt(revision) ?? [];
      const foreign = events.find(({ type, kv }) => type === 'put' && !asked.has(Buffer.from(kv.value).toString()));
      if (foreign) this.#finding(`nobody wrote ${tellOne(foreign.kv)}`);
      if (this.#writers.has(revision) || events.some(({ type }) => type === 'put')) continue;
      const maybe = open.some((request) => events.every(({ kv }) => mayDelete(request, kv.key)));
      if (!explained(revision) && !maybe) this.#finding(`nobody asked for revision ${revision}: ${tell(events)}`);
    }
  }

  read(call: ReadCall): void {
    const { request, outcome, floor } = call;
    if (outcome.type !== 'ok') return;
    const { revision, kvs } = outcome.result;
    if (request.linearizable && request.revision === 0 && revision < floor) {
      this.#finding(`linearizability: ${tellCall(call)} is of revision ${revision}, but ${floor} was known before`);
    }
    const at = request.revision || revision;
    if (revision > this.#model.revision)
      this.#finding(`${tellCall(call)} is of revision ${revision}, which nobody has`);
    const single = request.type === 'get' ? this.#model.get(request.key, at) : undefined;
    const expected = request.type === 'list' ? this.#model.list(request.key, at) : single ? [single] : [];
    const same = kvs.length === expected.length && expected.every((kv, i) => sameState(kv, kvs[i]));
    if (!same)
      this.#finding(
        `${tellCall(call)} at ${at} gave ${kvs.map(tellOne).join()} instead of ${expected.map(tellOne).join()}`,
      );
  }
}

function mayDelete({ success, failure = [] }: TxnRequest, key: string): boolean {
  return [...success, ...failure].some(
    (operation) =>
      (operation.type === 'delete' && operation.key === key) ||
      (operation.type === 'deletePrefix' && key.startsWith(operation.prefix)),
  );
}

type Write = { type: 'put'; key: string; value: Uint8Array; lease: number } | { type: 'delete'; key: string };

interface Effect {
  succeeded: boolean;
  writes: Write[];
  /** One for each operation. */
  results: KeyValue[][];
}

function sameAnswer(effect: Effect, { succeeded, results }: TxnResult): boolean {
  return (
    effect.succeeded === succeeded &&
    effect.results.length === results.length &&
    effect.results.every((kvs, i) => sameStates(kvs, results[i]?.kvs ?? []))
  );
}

function sameStates(a: readonly KeyValue[], b: readonly KeyValue[]): boolean {
  return a.length === b.length && a.every((kv, i) => sameState(kv, b[i]));
}

function sameWrite(write: Write, event: { type: string; kv: KeyValue } | undefined): boolean {
  if (event === undefined || write.type !== event.type || write.key !== event.kv.key) return false;
  return (
    write.type === 'delete' || (write.lease === event.kv.lease && Buffer.compare(write.value, event.kv.value) === 0)
  );
}

export function valuesOf({ success, failure = [] }: TxnRequest): string[] {
  return [...success, ...failure].flatMap((operation) =>
    operation.type === 'put' ? [Buffer.from(operation.value).toString()] : [],
  );
}

export function tellCall({ id, member, request, calledMs }: Call): string {
  const text = JSON.stringify(request, (_, value: unknown) => {
    const bytes = value as { type?: unknown; data?: number[] } | undefined;
    return bytes?.type === 'Buffer' && bytes.data ? Buffer.from(bytes.data).toString() : value;
  });
  return `call ${id} to ${member} at ${calledMs.toFixed(1)} ${text}`;
}

import type { Input, InputRequestOp, InputTxnRequest, rangeRequest } from '@wherry/store/etcd-proto';

/** One request of a random history. */
export type RandomRequest =
  | { call: 'range'; request: Input<typeof rangeRequest> }
  | { call: 'put'; request: NonNullable<InputRequestOp['put']> }
  | { call: 'deleteRange'; request: NonNullable<InputRequestOp['deleteRange']> }
  | { call: 'txn'; request: InputTxnRequest }
  | { call: 'compact'; request: { revision: number; physical: boolean } };

const keys = ['a', 'a\0', 'aa', 'ab', 'b', 'b\xff', 'c', '\xff'];
/** Deleted by transactions within transactions, and put by none. */
const deletedWithin = ['bx', 'by'];
/** So many levels are below. */
const outermost = 2;
const ends = ['', '', '\0', 'b', 'c', 'a', 'd', '\xff\xff'];

/**
 * Requests drawn from a seed: few keys, so that they meet; every option; and now and then what must be refused. `revision`
 * is about where the store is.
 */
export class RandomRequests {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  next(revision: number): RandomRequest {
    const draw = this.#below(100);
    if (draw < 30) return { call: 'range', request: this.#range(revision) };
    if (draw < 55) return { call: 'put', request: this.#put([...keys, ...deletedWithin]) };
    if (draw < 65) return { call: 'deleteRange', request: this.#delete(ends) };
    if (draw < 97) return { call: 'txn', request: this.#txn(revision, outermost) };
    return { call: 'compact', request: { revision: revision - this.#below(20) + 2, physical: this.#chance(0.5) } };
  }

  #range(revision: number): Input<typeof rangeRequest> {
    const maybe = (chance: number, bound: () => number) => (this.#chance(chance) ? bound() : 0);
    const near = () => Math.max(revision - this.#below(12) + 2, 0);
    return {
      key: this.#key(),
      rangeEnd: this.#of(ends),
      limit: maybe(0.3, () => this.#below(5) - 1),
      revision: maybe(0.25, near),
      sortOrder: maybe(0.4, () => this.#below(3)),
      sortTarget: maybe(0.4, () => this.#below(5)),
      serializable: this.#chance(0.3),
      keysOnly: this.#chance(0.2),
      countOnly: this.#chance(0.1),
      minModRevision: maybe(0.1, near),
      maxModRevision: maybe(0.1, near),
      minCreateRevision: maybe(0.1, near),
      maxCreateRevision: maybe(0.1, near),
    };
  }

  #put(among: readonly string[]): NonNullable<InputRequestOp['put']> {
    const ignoreValue = this.#chance(0.1);
    const value = Buffer.from(ignoreValue && this.#chance(0.8) ? '' : String(this.#below(5)));
    const lease = this.#chance(0.1) ? this.#of([5, 6]) : 0;
    return {
      key: this.#key(among),
      value,
      lease,
      prevKv: this.#chance(0.5),
      ignoreValue,
      ignoreLease: this.#chance(0.1),
    };
  }

  #delete(to: readonly string[]): NonNullable<InputRequestOp['deleteRange']> {
    return { key: this.#key(), rangeEnd: this.#chance(0.5) ? '' : this.#of(to), prevKv: this.#chance(0.5) };
  }

  #txn(revision: number, depth: number): InputTxnRequest {
    const operations = () => this.#list(3, () => this.#operation(revision, depth));
    return { compare: this.#list(3, () => this.#compare(revision)), success: operations(), failure: operations() };
  }

  #operation(revision: number, depth: number): InputRequestOp {
    const draw = this.#below(100);
    if (draw < 35) return { range: this.#range(revision) };
    if (draw < 70) return { put: this.#put(keys) };
    if (draw < 80) return { deleteRange: this.#deleteWithin(depth === outermost) };
    if (draw < 99 && depth > 0) return { txn: this.#txn(revision, depth - 1) };
    return draw === 99 ? {} : { range: { key: this.#key() } };
  }

  /**
   * etcd overlooks some cases of a key that a transaction puts and deletes: when the range deleted has no end, and when a nested one
   * deletes what an earlier one puts. We refuse them, so they are not drawn.
   */
  #deleteWithin(outermost: boolean): NonNullable<InputRequestOp['deleteRange']> {
    return outermost
      ? this.#delete(ends.filter((end) => end !== '\0'))
      : { key: this.#of(deletedWithin), prevKv: true };
  }

  #compare(revision: number): NonNullable<InputTxnRequest['compare']>[number] {
    const near = revision - this.#below(8);
    const targets = [
      { target: 0, version: this.#below(3) },
      { target: 1, createRevision: this.#chance(0.5) ? 0 : near },
      { target: 2, modRevision: this.#chance(0.5) ? 0 : near },
      { target: 3, value: Buffer.from(this.#chance(0.2) ? '' : String(this.#below(5))) },
      { target: 4, lease: this.#of([0, 5]) },
    ];
    const rangeEnd = this.#chance(0.8) ? '' : this.#of(ends);
    return { key: this.#key(), rangeEnd, result: this.#below(4), ...this.#of(targets) };
  }

  #key(among: readonly string[] = keys): string {
    return this.#chance(0.01) ? '' : this.#of(among);
  }

  #list<T>(most: number, make: () => T): T[] {
    return Array.from({ length: this.#below(most + 1) }, make);
  }

  #of<T>(items: readonly T[]): T {
    return items[this.#below(items.length)] as T;
  }

  #chance(probability: number): boolean {
    return this.#below(1000) < probability * 1000;
  }

  /** Mulberry32. */
  #below(end: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % end;
  }
}

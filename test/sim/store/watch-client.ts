import type { Watch, WatchBatch, WatchEvent } from '@wherry/store';
import type { Store } from '@wherry/store';
import type { World } from '../world/cluster.ts';
import type { Life } from '../world/scheduler.ts';
import { type MvccModel, sameEvent, tell } from './mvcc-model.ts';

interface Watched {
  store: Store;
  life: Life;
  isAlive(): boolean;
}

export interface WatchClientParts {
  name: string;
  world: World;
  prefix: string;
  /** How long it takes over a batch; 0 does not make anybody wait. */
  slowMs: number;
  /** Somebody to ask, if anybody runs. */
  pick(): Watched | undefined;
  /** The highest revision to which a compaction was asked for. */
  compactionAsked(): number;
}

/**
 * Follows a prefix from a revision on, over crashes and from member to member, and keeps what it hears, to be compared
 * with what was written.
 */
export class WatchClient {
  /** The next revision that it has not heard of. */
  next: number;
  readonly #parts: WatchClientParts;
  #heard: WatchEvent[] = [];
  /** What is compared: revisions from `from` to before `to`; a compaction makes a new piece. */
  readonly #pieces: { from: number; to: number; events: WatchEvent[] }[] = [];
  #pieceFrom: number;
  #watch: Watch | undefined;
  #watched: Watched | undefined;
  #generation = 0;

  constructor(parts: WatchClientParts, from: number) {
    this.#parts = parts;
    this.next = from;
    this.#pieceFrom = from;
  }

  /** Connects where it is not connected. Called again and again. */
  tend(): void {
    if (this.#watched?.isAlive()) return;
    const { world, prefix, name, pick } = this.#parts;
    const member = pick();
    if (member === undefined) return;
    const generation = ++this.#generation;
    this.#watched = member;
    world.trace.count('watch');
    try {
      this.#watch = member.store.watch(prefix, this.next, {
        onBatch: (batch) => {
          if (generation !== this.#generation)
            return world.finding(`${name}: a watch that was closed hears of ${batch.revision}`);
          return this.#take(batch);
        },
        onEnd: (error) => {
          if (generation !== this.#generation) return world.finding(`${name}: a watch that was closed ends`);
          this.#ended(member, error?.code);
        },
      });
    } catch {
      this.#watched = undefined;
    }
  }

  /** Leaves the member that it watches, for another one. */
  leave(): void {
    if (this.#watched?.isAlive()) this.#watch?.close();
    this.#generation++;
    this.#watched = undefined;
  }

  #take({ revision, events }: WatchBatch): void | Promise<void> {
    const { world, name, slowMs, prefix } = this.#parts;
    if (revision < this.next && events.length > 0)
      world.finding(`${name} at ${this.next} hears of ${revision}: ${tell(events)}`);
    let last = this.next - 1;
    for (const event of events) {
      const { key, modRevision } = event.kv;
      if (modRevision < this.next || modRevision > revision || modRevision < last) {
        world.finding(`${name} at ${this.next} hears of ${key} at ${modRevision} in a batch up to ${revision}`);
      }
      if (!key.startsWith(prefix)) world.finding(`${name} hears of ${key}, which it does not watch`);
      last = modRevision;
      this.#heard.push(event);
    }
    this.next = Math.max(this.next, revision + 1);
    if (slowMs === 0) return undefined;
    // In the process of the member: it ends with it.
    return new Promise((resolve) => world.scheduler.after(world.random.tail(slowMs), this.#watched?.life, resolve));
  }

  #ended(member: Watched, code: string | undefined): void {
    const { world, name, compactionAsked } = this.#parts;
    world.trace.count(`watch ends ${code}`);
    this.#watched = undefined;
    this.#generation++;
    if (code === 'compacted') {
      if (this.next >= compactionAsked())
        world.finding(`${name} is told that ${this.next} is compacted, which nobody asked for`);
      this.#close();
      this.next = Math.max(this.next, member.store.status().compactedRevision);
      this.#pieceFrom = this.next;
    } else if (code !== 'slow-consumer' && code !== 'closed' && code !== 'unavailable') {
      world.finding(`${name} ends with ${code}`);
    }
  }

  #close(): void {
    this.#pieces.push({ from: this.#pieceFrom, to: this.next, events: this.#heard });
    this.#heard = [];
  }

  /** Every event of its prefix once and in order. Ends the watch. */
  check(model: MvccModel): void {
    this.#close();
    const { world, name, prefix, compactionAsked } = this.#parts;
    const mayLack = (revision: number): boolean => revision <= compactionAsked();
    for (const { from, to, events } of this.#pieces) {
      let at = 0;
      for (let revision = from; revision < to; revision++) {
        for (const event of model.eventsAt(revision) ?? []) {
          if (!event.kv.key.startsWith(prefix)) continue;
          const heard = events[at++];
          if (heard && sameEvent(event, heard, mayLack)) continue;
          return world.finding(
            `watch: ${name} hears ${heard ? tell([heard]) : 'nothing'} instead of ${tell([event])} at ${revision}`,
          );
        }
      }
      const extra = events[at];
      if (extra) return world.finding(`watch: ${name} hears ${tell([extra])}, which was not`);
    }
  }
}

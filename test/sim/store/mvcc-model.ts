import type { KeyValue, WatchEvent } from '@wherry/store';
import type { Finding } from '../world/disk.ts';

/** One state of a key. */
interface Version {
  kv: KeyValue;
  deleted: boolean;
}

/**
 * What was written, revision by revision, as the first member to show a revision has it. All other members, all reads
 * and all watches have to agree with it.
 */
export class MvccModel {
  /** A new store stands at revision 1. */
  revision = 1;
  readonly #finding: Finding;
  readonly #events = new Map<number, WatchEvent[]>();
  readonly #seenMs = new Map<number, number>();
  readonly #keys = new Map<string, Version[]>();
  /** The revision of every value that was put; values are unique. */
  readonly valueRevisions = new Map<string, number>();

  constructor(finding: Finding) {
    this.#finding = finding;
  }

  eventsAt(revision: number): WatchEvent[] | undefined {
    return this.#events.get(revision);
  }

  /** When the first member showed it. */
  seenMsAt(revision: number): number {
    return this.#seenMs.get(revision) ?? 0;
  }

  /** Events of one whole revision, as `by` shows them. `mayLack`: a previous value that may be compacted away. */
  observe(
    by: string,
    revision: number,
    events: WatchEvent[],
    mayLack: (revision: number) => boolean,
    nowMs: number,
  ): void {
    const known = this.#events.get(revision);
    if (known === undefined) return this.#learn(by, revision, events, nowMs);
    const same =
      known.length === events.length && known.every((event, i) => sameEvent(event, events[i] as WatchEvent, mayLack));
    if (!same)
      this.#finding(
        `state machine safety: ${by} has another revision ${revision}: ${tell(events)} instead of ${tell(known)}`,
      );
  }

  #learn(by: string, revision: number, events: WatchEvent[], nowMs: number): void {
    if (revision !== this.revision + 1)
      return this.#finding(`${by} shows revision ${revision} after ${this.revision}: a gap`);
    this.revision = revision;
    const complete = events.map((event) => this.#change(by, revision, event));
    this.#events.set(revision, complete);
    this.#seenMs.set(revision, nowMs);
  }

  #change(by: string, revision: number, event: WatchEvent): WatchEvent {
    const { kv } = event;
    const before = this.#newest(kv.key);
    if (event.previous !== undefined && !sameState(event.previous, before)) {
      this.#finding(
        `${by}: the previous value of ${kv.key} at ${revision} is ${tellOne(event.previous)} instead of ${tellOne(before)}`,
      );
    }
    const right =
      kv.modRevision === revision &&
      (event.type === 'delete'
        ? before !== undefined
        : kv.createRevision === (before?.createRevision ?? revision) && kv.version === (before?.version ?? 0) + 1);
    if (!right) this.#finding(`${by}: ${tell([event])} at ${revision} does not follow from ${tellOne(before)}`);
    const versions = this.#keys.get(kv.key) ?? [];
    this.#keys.set(kv.key, versions);
    versions.push({ kv, deleted: event.type === 'delete' });
    if (event.type === 'put') {
      const value = Buffer.from(kv.value).toString();
      const written = this.valueRevisions.get(value);
      if (written !== undefined && written !== revision)
        this.#finding(`${value} is written at ${written} and again at ${revision}`);
      this.valueRevisions.set(value, revision);
    }
    return { ...event, previous: before };
  }

  #newest(key: string): KeyValue | undefined {
    const last = this.#keys.get(key)?.at(-1);
    return last === undefined || last.deleted ? undefined : last.kv;
  }

  get(key: string, revision: number): KeyValue | undefined {
    const last = this.#keys.get(key)?.findLast(({ kv }) => kv.modRevision <= revision);
    return last === undefined || last.deleted ? undefined : last.kv;
  }

  /** In order of keys. */
  list(prefix: string, revision: number): KeyValue[] {
    const found: KeyValue[] = [];
    for (const key of this.#keys.keys()) {
      const kv = key.startsWith(prefix) ? this.get(key, revision) : undefined;
      if (kv !== undefined) found.push(kv);
    }
    return found.sort((a, b) => (a.key < b.key ? -1 : 1));
  }
}

export function sameState(a: KeyValue | undefined, b: KeyValue | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.key === b.key &&
    a.modRevision === b.modRevision &&
    a.createRevision === b.createRevision &&
    a.version === b.version &&
    a.lease === b.lease &&
    Buffer.compare(a.value, b.value) === 0
  );
}

export function sameEvent(known: WatchEvent, event: WatchEvent, mayLack: (revision: number) => boolean): boolean {
  if (known.type !== event.type || !sameState(known.kv, event.kv)) return false;
  if (event.previous === undefined && mayLack(known.kv.modRevision)) return true;
  return sameState(known.previous, event.previous);
}

export function tell(events: readonly WatchEvent[]): string {
  return (
    events
      .map(({ type, kv, previous }) => `${type} ${tellOne(kv)}${previous ? ` after ${tellOne(previous)}` : ''}`)
      .join(', ') || 'nothing'
  );
}

export function tellOne(kv: KeyValue | undefined): string {
  if (kv === undefined) return 'nothing';
  return `${kv.key}=${Buffer.from(kv.value).toString()} (mod ${kv.modRevision}, create ${kv.createRevision}, version ${kv.version}${kv.lease ? `, lease ${kv.lease}` : ''})`;
}

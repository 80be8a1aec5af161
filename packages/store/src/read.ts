import type { Clock } from '@wherry/raft';
import { beforeEnd, isSingle } from './byte-string.ts';
import type { RangeRequest, RangeResult } from './etcd-store.ts';
import { versionAt, type State } from './state.ts';
import { StorageError, type KeyValue } from './storage.ts';
import type { Values } from './values.ts';

/** Roughly microseconds of work after which a long range lets others run. */
const stretchMicros = 4000;
const visitMicros = 0.6;
const readMicros = 8;
const bytesPerMicro = 1000;

/** The state as it is now: another one takes its place when a snapshot is installed. */
export interface Current {
  readonly state: State;
  readonly values: Values;
}

/** Reads of what was applied. */
export class Reader {
  readonly #current: Current;
  readonly #clock: Clock;
  /** Revisions that ranges under way still need. */
  readonly #pins = new Map<object, number>();
  /** Called when a range is done, which may have been what kept old versions. */
  onUnpinned: () => void = () => undefined;

  constructor(current: Current, clock: Clock) {
    this.#current = current;
    this.#clock = clock;
  }

  get(key: string, revision = 0): { kv?: KeyValue | undefined; revision: number } {
    const { state, values } = this.#current;
    const at = resolveRevision(state, revision);
    const history = state.index.get(key);
    const version = history === undefined ? undefined : versionAt(history, at);
    return { kv: version && values.keyValue(key, version), revision: at };
  }

  async range(request: RangeRequest): Promise<RangeResult & { revision: number }> {
    if (isSingle(request)) {
      const { kv, revision } = this.get(request.key, request.revision);
      const kvs = kv === undefined ? [] : [kv];
      return { kvs: request.countOnly ? [] : kvs, count: kvs.length, more: false, revision };
    }
    const revision = resolveRevision(this.#current.state, request.revision);
    const pin = {};
    this.#pins.set(pin, revision);
    try {
      return await this.#range(request, revision);
    } finally {
      this.#pins.delete(pin);
      this.onUnpinned();
    }
  }

  /** No range under way needs anything older. */
  oldestNeeded(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...this.#pins.values());
  }

  async #range(request: RangeRequest, revision: number): Promise<RangeResult & { revision: number }> {
    const { key, rangeEnd = '', limit = 0, countOnly = false } = request;
    const { state, values } = this.#current;
    const kvs: KeyValue[] = [];
    let count = 0;
    let from: string | undefined = key;
    while (from !== undefined) {
      const start: string = from;
      from = undefined;
      let micros = 0;
      state.index.scan(start, (history) => {
        if (!beforeEnd(history.key, rangeEnd)) return false;
        if (micros > stretchMicros) {
          from = history.key;
          return false;
        }
        micros += visitMicros;
        const version = versionAt(history, revision);
        if (version === undefined) return true;
        count++;
        if (countOnly || (limit > 0 && kvs.length >= limit)) return true;
        const kv = values.keyValue(history.key, version);
        kvs.push(kv);
        micros += readMicros + kv.value.length / bytesPerMicro;
        return true;
      });
      if (from !== undefined) await this.#clock.turn();
    }
    return { kvs, revision, more: !countOnly && count > kvs.length, count };
  }
}

/** 0 is the newest. Throws for what was compacted or is yet to come. */
export function resolveRevision({ revision: newest, compactedRevision }: State, revision = 0): number {
  if (revision === 0) return newest;
  if (revision < compactedRevision) throw new StorageError('compacted', 'required revision has been compacted');
  if (revision > newest) throw new StorageError('future-revision', 'required revision is a future revision');
  return revision;
}

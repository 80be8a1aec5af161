import type { State } from './state.ts';
import { versionAt } from './state.ts';
import { StorageError, type KeyValue, type ListOptions, type ListResult } from './storage.ts';
import type { Values } from './values.ts';
import { nextTurn } from './turn.ts';

/** Roughly microseconds of work after which a list lets others run. */
const stretchMicros = 4000;
const visitMicros = 0.6;
const readMicros = 8;
const bytesPerMicro = 1000;

/** Reads of the durable revisions. */
export class Reader {
  readonly #state: State;
  readonly #values: Values;
  /** Revisions that lists under way still need. */
  readonly #pins = new Map<object, number>();
  /** The newest revision that is safely on disk; the state may be ahead of it. */
  durableRevision: number;
  /** Called when a list is done, which may have been what kept old versions. */
  onUnpinned: () => void = () => undefined;

  constructor(state: State, values: Values) {
    this.#state = state;
    this.#values = values;
    this.durableRevision = state.revision;
  }

  get(key: string, revision = 0): { kv?: KeyValue; revision: number } {
    const at = this.#resolve(revision);
    const history = this.#state.index.get(key);
    const version = history === undefined ? undefined : versionAt(history, at);
    return version === undefined ? { revision: at } : { kv: this.#values.keyValue(key, version), revision: at };
  }

  async list(prefix: string, options: ListOptions): Promise<ListResult> {
    const revision = this.#resolve(options.revision ?? 0);
    const pin = {};
    this.#pins.set(pin, revision);
    try {
      return await this.#list(prefix, revision, options);
    } finally {
      this.#pins.delete(pin);
      this.onUnpinned();
    }
  }

  /** No read under way needs anything older. */
  oldestNeeded(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...this.#pins.values());
  }

  async #list(prefix: string, revision: number, { limit = 0, startKey = '' }: ListOptions): Promise<ListResult> {
    const items: KeyValue[] = [];
    let count = 0;
    let from: string | undefined = startKey > prefix ? startKey : prefix;
    while (from !== undefined) {
      const start: string = from;
      from = undefined;
      let micros = 0;
      this.#state.index.scan(start, (history) => {
        if (!history.key.startsWith(prefix)) return false;
        if (micros > stretchMicros) {
          from = history.key;
          return false;
        }
        micros += visitMicros;
        const version = versionAt(history, revision);
        if (version === undefined) return true;
        count++;
        if (limit > 0 && items.length >= limit) return true;
        const kv = this.#values.keyValue(history.key, version);
        items.push(kv);
        micros += readMicros + kv.value.length / bytesPerMicro;
        return true;
      });
      if (from !== undefined) await nextTurn();
    }
    return { items, revision, more: count > items.length, count };
  }

  #resolve(revision: number): number {
    if (revision === 0) return this.durableRevision;
    if (revision < this.#state.compactedRevision) {
      throw new StorageError('compacted', 'required revision has been compacted');
    }
    if (revision > this.durableRevision) {
      throw new StorageError('future-revision', 'required revision is a future revision');
    }
    return revision;
  }
}

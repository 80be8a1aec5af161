import { getOwn } from '@wherry/apimachinery';
import type { Entry } from './entry.ts';
import { isTurnOver, nextTurn } from './turns.ts';

/** Below this a walk through everything is as good. */
const WORTH_ENTRIES = 1_000;
const MAX_LABELS = 4;
const STEP_ENTRIES = 64;

type Values = Map<string, Map<string, Entry>>;

interface Index {
  readonly values: Values;
  /** Keys that changed while it is being filled: what was there before must not come back. Absent: it is complete. */
  changed: Set<string> | undefined;
}

/**
 * The objects of a large cache by the labels that are being selected by: an index is made when a label is first asked
 * for, in slices, and kept up to date from then on; the label that was not asked for longest makes room.
 */
export class LabelIndexes {
  /** In the order of their last use. */
  readonly #indexes = new Map<string, Index>();

  /** The entries with one of these values, in no order; undefined while there is no index. */
  find(label: string, values: readonly string[], all: () => readonly Entry[], size: number): Entry[] | undefined {
    if (size < WORTH_ENTRIES) return undefined;
    let index = this.#indexes.get(label);
    if (index === undefined) {
      index = { values: new Map(), changed: new Set() };
      if (this.#indexes.size >= MAX_LABELS) this.#indexes.delete(this.#indexes.keys().next().value!);
      this.#indexes.set(label, index);
      void this.#fill(label, index, all());
    } else {
      this.#indexes.delete(label);
      this.#indexes.set(label, index);
    }
    if (index.changed) return undefined;
    return values.flatMap((value) => [...(index.values.get(value)?.values() ?? [])]);
  }

  changed(key: string, entry: Entry | undefined, previous: Entry | undefined): void {
    for (const [label, { values, changed }] of this.#indexes) {
      changed?.add(key);
      const before = previous && getOwn(previous.labels, label);
      if (before !== undefined) {
        const found = values.get(before);
        found?.delete(key);
        if (found?.size === 0) values.delete(before);
      }
      if (entry) put(values, label, entry);
    }
  }

  reset(): void {
    this.#indexes.clear();
  }

  async #fill(label: string, index: Index, all: readonly Entry[]): Promise<void> {
    // Whoever asked for it does not wait.
    await nextTurn();
    for (let i = 0; i < all.length; i++) {
      const entry = all[i]!;
      if (!index.changed?.has(entry.key)) put(index.values, label, entry);
      if (i % STEP_ENTRIES === 0 && isTurnOver()) await nextTurn();
    }
    index.changed = undefined;
  }
}

function put(values: Values, label: string, entry: Entry): void {
  const value = getOwn(entry.labels, label);
  if (value === undefined) return;
  const found = values.get(value);
  if (found) found.set(entry.key, entry);
  else values.set(value, new Map([[entry.key, entry]]));
}

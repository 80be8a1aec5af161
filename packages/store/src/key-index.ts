import type { KeyHistory } from './state.ts';

const leafLimit = 512;

/**
 * All keys: by hash for single ones, and in order for ranges. The order is kept in leaves of bounded size, so that an
 * insert moves at most one leaf's pointers. Keys are ordered by UTF-16 code unit, which for ASCII is byte order.
 */
export class KeyIndex {
  readonly #byKey = new Map<string, KeyHistory>();
  /** Sorted, none empty. */
  #leaves: KeyHistory[][] = [];
  #loading = false;

  get size(): number {
    return this.#byKey.size;
  }

  get(key: string): KeyHistory | undefined {
    return this.#byKey.get(key);
  }

  /** The key must not be there yet. */
  insert(history: KeyHistory): void {
    this.#byKey.set(history.key, history);
    if (this.#loading) return;
    if (this.#leaves.length === 0) {
      this.#leaves.push([history]);
      return;
    }
    const at = this.#leafOf(history.key);
    const leaf = this.#leaves[at] as KeyHistory[];
    leaf.splice(placeIn(leaf, history.key), 0, history);
    if (leaf.length > leafLimit) {
      // Keys often arrive in ascending order: then the left part stays as it is and should be full.
      const cut = at === this.#leaves.length - 1 ? leafLimit - 32 : leafLimit >> 1;
      this.#leaves.splice(at + 1, 0, leaf.splice(cut));
    }
  }

  remove(key: string): void {
    if (!this.#byKey.delete(key)) return;
    const at = this.#leafOf(key);
    const leaf = this.#leaves[at] as KeyHistory[];
    leaf.splice(placeIn(leaf, key), 1);
    if (leaf.length === 0) this.#leaves.splice(at, 1);
  }

  /** From here to endLoad() keys are only collected, and can be found but not scanned: cheaper than one by one. */
  beginLoad(): void {
    this.#loading = true;
  }

  endLoad(): void {
    this.#loading = false;
    const all = [...this.#byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    const fill = leafLimit - 128;
    for (let i = 0; i < all.length; i += fill) this.#leaves.push(all.slice(i, i + fill));
  }

  all(): Iterable<KeyHistory> {
    return this.#byKey.values();
  }

  /**
   * Keys from `start` (inclusive) on, in order, until `visit` returns false. The index must not change meanwhile.
   */
  scan(start: string, visit: (history: KeyHistory) => boolean): void {
    if (this.#leaves.length === 0) return;
    let at = this.#leafOf(start);
    let place = placeIn(this.#leaves[at] as KeyHistory[], start);
    for (; at < this.#leaves.length; at++, place = 0) {
      const leaf = this.#leaves[at] as KeyHistory[];
      for (; place < leaf.length; place++) {
        if (!visit(leaf[place] as KeyHistory)) return;
      }
    }
  }

  /** The last leaf whose first key is <= key, else the first leaf. */
  #leafOf(key: string): number {
    let low = 0;
    let high = this.#leaves.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (((this.#leaves[middle] as KeyHistory[])[0] as KeyHistory).key <= key) low = middle;
      else high = middle;
    }
    return low;
  }
}

/** Where the key is in the leaf, or belongs. */
function placeIn(leaf: KeyHistory[], key: string): number {
  let low = 0;
  let high = leaf.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((leaf[middle] as KeyHistory).key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

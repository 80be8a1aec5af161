/** Revisions back from the newest one for which it is known. A power of two. */
const kept = 16_384;

/**
 * The rolling checksum of all changes, as of each of the last revisions: what members compare. It is made of nothing
 * but the changes themselves in their order, so that members with the same content have the same.
 */
export class Chains {
  readonly #ring = new Uint32Array(kept);
  /** All from here to `last` are known; none when it lies beyond. */
  #first = 1;
  #last = 0;

  /** Revisions come in order; where some are left out, what was before is forgotten. */
  add(revision: number, chain: number): void {
    if (revision !== this.#last + 1 && revision !== this.#last) this.#first = revision;
    this.#last = revision;
    this.#ring[revision & (kept - 1)] = chain;
  }

  /** Undefined when it is too long ago, or was before this member came to its state. */
  at(revision: number): number | undefined {
    const known = revision >= this.#first && revision <= this.#last && revision > this.#last - kept;
    return known ? this.#ring[revision & (kept - 1)] : undefined;
  }
}

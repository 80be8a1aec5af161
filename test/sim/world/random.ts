/** Seeded numbers (sfc32). Forks are independent of one another, so that one more draw here does not alter what comes there. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d = 1;

  constructor(seed: number, salt = 0) {
    this.#a = seed | 0;
    this.#b = salt | 0;
    this.#c = Math.floor(seed / 2 ** 32) | 0;
    for (let i = 0; i < 15; i++) this.#next();
  }

  #next(): number {
    const t = (((this.#a + this.#b) | 0) + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + t) | 0;
    return t >>> 0;
  }

  /** [0, 1) */
  float(): number {
    return this.#next() / 2 ** 32;
  }

  /** [from, to) */
  between(from: number, to: number): number {
    return from + this.float() * (to - from);
  }

  /** 0 to n - 1 */
  below(n: number): number {
    return Math.floor(this.float() * n);
  }

  chance(probability: number): boolean {
    return this.float() < probability;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  /** As often as the weights say. */
  weighted<T extends string>(weights: Partial<Record<T, number>>): T {
    const entries = Object.entries(weights) as [T, number][];
    let rest = this.float() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) {
      rest -= weight;
      if (rest < 0) return name;
    }
    throw new Error('nothing has a weight');
  }

  /** Mostly near `typical`, seldom far above it. */
  tail(typical: number): number {
    return typical * (0.5 + this.float()) * (this.chance(0.02) ? this.between(3, 30) : 1);
  }

  fork(): Random {
    return new Random(this.#next(), this.#next());
  }
}

import { tooManyRequests } from '@wherry/apimachinery';

/** Bounds on requests being worked on, as --max-requests-inflight and --max-mutating-requests-inflight. */
export class InFlight {
  readonly #limits: { reading: number; mutating: number };
  #reading = 0;
  #mutating = 0;

  constructor(limits: { reading: number; mutating: number }) {
    this.#limits = limits;
  }

  get reading(): number {
    return this.#reading;
  }

  get mutating(): number {
    return this.#mutating;
  }

  /** Takes a place; throws 429 when there is none. Must be followed by leave with the same argument. */
  enter(mutating: boolean): void {
    if (mutating) {
      if (this.#limits.mutating > 0 && this.#mutating >= this.#limits.mutating) throw refused();
      this.#mutating++;
    } else {
      if (this.#limits.reading > 0 && this.#reading >= this.#limits.reading) throw refused();
      this.#reading++;
    }
  }

  leave(mutating: boolean): void {
    if (mutating) this.#mutating--;
    else this.#reading--;
  }
}

function refused() {
  return tooManyRequests('Too many requests, please try again later.', 1);
}

import { randomBytes } from 'node:crypto';
import type { Request } from '../core/request.ts';
import type { Forwarder } from './forwarder.ts';
import { probeRequest } from './resolver.ts';

/**
 * Finds out whether the servers that we ask end up asking us: a question that nobody else has goes out, and it must not
 * come in.
 */
export class LoopProbe {
  readonly #labels = [randomBytes(8).toString('hex'), randomBytes(8).toString('hex')];
  readonly #onLoop: () => void;

  constructor(onLoop: () => void) {
    this.#onLoop = onLoop;
  }

  /** For the resolver: whether this is the question; then there is a loop. */
  readonly isOwn = ({ labels }: Request): boolean => {
    if (labels.length !== 2 || labels[0] !== this.#labels[0] || labels[1] !== this.#labels[1]) return false;
    this.#onLoop();
    return true;
  };

  async run(forwarder: Forwarder): Promise<void> {
    await forwarder.ask(probeRequest(this.#labels, 0));
  }
}

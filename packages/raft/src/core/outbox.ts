import type { Message } from './types.ts';

/**
 * Messages on their way out, in two queues. What promises something that the disk must not forget waits for the disk:
 * every vote and append reply, and everything that is said in a term that is not durable yet. The rest may go at once,
 * so that a slow disk does not keep heartbeats from being answered.
 */
export class Outbox {
  #now: Message[] = [];
  #held: Message[] = [];
  readonly #maxHeld: number;

  constructor(maxHeld: number) {
    this.#maxHeld = maxHeld;
  }

  put(message: Message, termIsDurable: boolean): void {
    const promises = message.type === 'voteReply' || message.type === 'appendReply';
    if (!promises && termIsDurable) this.#now.push(message);
    else this.#hold(message);
  }

  takeNow(): Message[] {
    const messages = this.#now;
    this.#now = [];
    return messages;
  }

  get hasHeld(): boolean {
    return this.#held.length > 0;
  }

  takeHeld(): Message[] {
    const messages = this.#held;
    this.#held = [];
    return messages;
  }

  /** The log of one term only grows, so of several acceptances the largest says it all. */
  #hold(message: Message): void {
    const last = this.#held.at(-1);
    if (
      message.type === 'appendReply' &&
      last?.type === 'appendReply' &&
      !message.rejected &&
      !last.rejected &&
      message.to === last.to &&
      message.term === last.term
    ) {
      last.index = Math.max(last.index, message.index);
    } else if (this.#held.length < this.#maxHeld) {
      this.#held.push(message);
    }
  }
}

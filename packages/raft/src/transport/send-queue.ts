import type { Message } from '../core/types.ts';
import { messageBytes } from './codec.ts';

export interface SendQueueLimits {
  messages: number;
  bytes: number;
}

/** What waits to be sent to one member. */
export class SendQueue {
  readonly #limits: SendQueueLimits;
  #messages: Message[] = [];
  #bytes = 0;

  constructor(limits: SendQueueLimits) {
    this.#limits = limits;
  }

  get isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  /** False when something had to be dropped: first the older appends, which would be repeated anyway. */
  push(message: Message): boolean {
    this.#messages.push(message);
    this.#bytes += messageBytes(message);
    const { messages, bytes } = this.#limits;
    if (this.#messages.length <= messages && this.#bytes <= bytes) return true;
    this.#drop();
    return false;
  }

  /** As many as make up a batch of about that many bytes, at least one. */
  take(maxBytes: number): { messages: Message[]; bytes: number } {
    let bytes = 0;
    let count = 0;
    for (const message of this.#messages) {
      const more = messageBytes(message);
      if (count > 0 && bytes + more > maxBytes) break;
      bytes += more;
      count++;
    }
    this.#bytes -= bytes;
    if (count < this.#messages.length) return { messages: this.#messages.splice(0, count), bytes };
    const messages = this.#messages;
    this.#messages = [];
    return { messages, bytes };
  }

  clear(): void {
    this.#messages = [];
    this.#bytes = 0;
  }

  /** Much at once, so that it is seldom done. */
  #drop(): void {
    const half = this.#messages.length >> 1;
    this.#messages = this.#messages.filter(({ type }, i) => i >= half || type !== 'append');
    this.#count();
    const { messages, bytes } = this.#limits;
    while (this.#messages.length > messages || this.#bytes > bytes) {
      this.#messages.splice(0, (this.#messages.length + 1) >> 1);
      this.#count();
    }
  }

  #count(): void {
    this.#bytes = 0;
    for (const message of this.#messages) this.#bytes += messageBytes(message);
  }
}

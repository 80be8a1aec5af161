import { Code, RpcError } from './status.ts';

/** Before each message: whether it is compressed (one byte), and its length (four). */
export const prefixBytes = 5;

/** Fills the five bytes that were left free before a message. */
export function frame(message: Buffer): Buffer {
  message[0] = 0;
  message.writeUInt32BE(message.length - prefixBytes, 1);
  return message;
}

/** Cuts a stream of bytes into messages, none of which may be longer than `maxBytes`. */
export class Frames {
  readonly #maxBytes: number;
  #chunks: Buffer[] = [];
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** Whether bytes of an unfinished message are there. */
  get partial(): boolean {
    return this.#length > 0;
  }

  /** @throws RpcError for a message that is too long or compressed. */
  take(): Buffer | undefined {
    if (this.#length < prefixBytes) return undefined;
    if (this.#chunks[0]!.length < prefixBytes) this.#join();
    const head = this.#chunks[0]!;
    const length = head.readUInt32BE(1);
    if (length > this.#maxBytes) {
      throw new RpcError(
        Code.resourceExhausted,
        `grpc: received message larger than max (${length} vs. ${this.#maxBytes})`,
      );
    }
    if (head[0] !== 0) throw new RpcError(Code.unimplemented, 'grpc: Decompressor is not installed for the message');
    const end = prefixBytes + length;
    if (this.#length < end) return undefined;
    if (head.length < end) this.#join();
    const all = this.#chunks[0]!;
    const rest = all.subarray(end);
    if (rest.length === 0) this.#chunks.shift();
    else this.#chunks[0] = rest;
    this.#length -= end;
    return all.subarray(prefixBytes, end);
  }

  #join(): void {
    this.#chunks = [Buffer.concat(this.#chunks, this.#length)];
  }
}

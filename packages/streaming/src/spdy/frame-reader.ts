import { HEADER_BYTES, SPDY_VERSION } from './frames.ts';
import { SpdyError } from './spdy-error.ts';

export type Frame =
  | { kind: 'control'; type: number; flags: number; payload: Buffer }
  /** A piece of a data frame, as it came: a long frame is never held. `last` on its last piece. */
  | { kind: 'data'; streamId: number; flags: number; data: Buffer; last: boolean };

const MAX_CONTROL_BYTES = 64 * 1024;

/** Cuts what arrives into frames. Holds at most one control frame. */
export class FrameReader {
  #held: Buffer = Buffer.alloc(0);
  #data: { streamId: number; flags: number; left: number } | undefined;

  /** Throws SpdyError. */
  *read(chunk: Buffer): Generator<Frame> {
    let bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = Buffer.alloc(0);
    for (;;) {
      if (this.#data !== undefined) {
        const { streamId, flags, left } = this.#data;
        const data = bytes.subarray(0, left);
        bytes = bytes.subarray(data.length);
        const last = data.length === left;
        this.#data = last ? undefined : { streamId, flags, left: left - data.length };
        if (last || data.length > 0) yield { kind: 'data', streamId, flags, data, last };
        if (!last) return;
      }
      if (bytes.length < HEADER_BYTES) break;
      const word = bytes.readUInt32BE(0);
      const flags = bytes[4]!;
      const length = bytes.readUIntBE(5, 3);
      if (word < 0x8000_0000) {
        this.#data = { streamId: word, flags, left: length };
        bytes = bytes.subarray(HEADER_BYTES);
        continue;
      }
      const version = (word >>> 16) & 0x7fff;
      if (version !== SPDY_VERSION) throw new SpdyError(`SPDY version ${version} is not spoken`);
      if (length > MAX_CONTROL_BYTES) throw new SpdyError(`a control frame of ${length} bytes is too long`);
      if (bytes.length < HEADER_BYTES + length) break;
      const payload = bytes.subarray(HEADER_BYTES, HEADER_BYTES + length);
      bytes = bytes.subarray(HEADER_BYTES + length);
      yield { kind: 'control', type: word & 0xffff, flags, payload };
    }
    // A copy: what is kept must not keep a whole chunk alive.
    this.#held = Buffer.from(bytes);
  }
}

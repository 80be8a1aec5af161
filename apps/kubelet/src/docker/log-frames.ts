export interface Frame {
  readonly stream: 'stdout' | 'stderr';
  readonly data: Buffer;
}

/** Splits Docker's attach format: 8 bytes (stream, 3 zeros, length) before each piece. An incomplete end is left out. */
export function demultiplex(buffer: Buffer): Frame[] {
  const splitter = new FrameSplitter();
  return splitter.push(buffer);
}

/** The same for a stream that arrives in pieces; holds at most one incomplete frame (Docker's are at most 16 KiB). */
export class FrameSplitter {
  #rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): Frame[] {
    let buffer = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: Frame[] = [];
    while (buffer.length >= 8) {
      const end = 8 + buffer.readUInt32BE(4);
      if (buffer.length < end) break;
      frames.push({ stream: buffer[0] === 2 ? 'stderr' : 'stdout', data: buffer.subarray(8, end) });
      buffer = buffer.subarray(end);
    }
    this.#rest = buffer;
    return frames;
  }
}

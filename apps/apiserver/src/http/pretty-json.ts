const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const newline = 0x0a;
const space = 0x20;
const opens = new Set([0x7b, 0x5b]);
const closes = new Set([0x7d, 0x5d]);

/** JSON without white space, in pieces cut anywhere, with a line for each value and two spaces a level, as ?pretty=true asks. */
export class PrettyJson {
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** A bracket was opened: whether anything is in it is not known yet. */
  #opened = false;

  write(piece: Buffer): Buffer {
    const out: Buffer[] = [];
    let from = 0;
    for (let at = 0; at < piece.length; at++) {
      const byte = piece[at]!;
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === backslash) this.#escaped = true;
        else if (byte === quote) this.#inString = false;
        continue;
      }
      if (byte === newline) {
        out.push(piece.subarray(from, at));
        from = at + 1;
        continue;
      }
      const closing = closes.has(byte);
      if (closing) this.#depth--;
      if (this.#opened ? !closing : closing) {
        out.push(piece.subarray(from, at), this.#line());
        from = at;
      }
      this.#opened = false;
      if (byte === quote) this.#inString = true;
      else if (opens.has(byte)) {
        this.#depth++;
        this.#opened = true;
      } else if (byte === comma || byte === colon) {
        out.push(piece.subarray(from, at + 1), byte === comma ? this.#line() : Buffer.of(space));
        from = at + 1;
      }
    }
    out.push(piece.subarray(from));
    return Buffer.concat(out);
  }

  #line(): Buffer {
    return Buffer.from(`\n${'  '.repeat(this.#depth)}`);
  }
}

export function* prettyPieces(pieces: Iterable<Buffer>): Iterable<Buffer> {
  const pretty = new PrettyJson();
  for (const piece of pieces) yield pretty.write(piece);
}

export interface TerminalSize {
  readonly width: number;
  readonly height: number;
}

const MAX_SIDE = 0xffff;
const MAX_TEXT = 1024;

/** Reads the JSON objects {"Width":80,"Height":24} that follow one another on the resize stream. */
export class TerminalSizeReader {
  #text = '';

  /** What makes no sense is passed over: the terminal keeps the size it has. */
  read(chunk: Buffer): TerminalSize[] {
    this.#text += chunk.toString('latin1');
    const sizes: TerminalSize[] = [];
    for (let end = this.#text.indexOf('}'); end >= 0; end = this.#text.indexOf('}')) {
      const size = parse(this.#text.slice(0, end + 1));
      if (size !== undefined) sizes.push(size);
      this.#text = this.#text.slice(end + 1);
    }
    if (this.#text.length > MAX_TEXT) this.#text = '';
    return sizes;
  }
}

function parse(text: string): TerminalSize | undefined {
  let value: { Width?: unknown; Height?: unknown };
  try {
    value = JSON.parse(text) as typeof value;
  } catch {
    return undefined;
  }
  const { Width: width, Height: height } = value;
  return isSide(width) && isSide(height) ? { width, height } : undefined;
}

function isSide(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) <= MAX_SIDE;
}

/** What happened, as a hash that two runs of the same seed must share; as lines only when somebody wants to read them. */
export class Trace {
  readonly lines: string[] = [];
  /** How often things happened, to see that they do. */
  readonly counts = new Map<string, number>();
  #high = 0x811c9dc5;
  #low = 0x01000193;
  readonly #keep: number;

  constructor(keep: number) {
    this.#keep = keep;
  }

  get hash(): string {
    return (this.#high >>> 0).toString(16).padStart(8, '0') + (this.#low >>> 0).toString(16).padStart(8, '0');
  }

  /** The numbers make the hash; the words are made only where lines are kept. */
  add(nowMs: number, numbers: readonly number[], words: () => string): void {
    this.#mix(nowMs * 1000);
    for (const number of numbers) this.#mix(number);
    if (this.#keep === 0) return;
    this.lines.push(`${nowMs.toFixed(3).padStart(11)} ${words()}`);
    if (this.lines.length > 2 * this.#keep) this.lines.splice(0, this.lines.length - this.#keep);
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  #mix(number: number): void {
    this.#high = Math.imul(this.#high ^ (number | 0), 0x01000193);
    this.#low = (Math.imul(this.#low, 31) + (number | 0) + (this.#high >>> 15)) | 0;
  }
}

/** Of a string or bytes, for the trace and for comparing what members hold. */
export function hashOf(data: string | Uint8Array, start = 0x811c9dc5): number {
  let hash = start;
  if (typeof data === 'string') {
    for (let i = 0; i < data.length; i++) hash = Math.imul(hash ^ data.charCodeAt(i), 0x01000193);
  } else {
    for (let i = 0; i < data.length; i++) hash = Math.imul(hash ^ (data[i] as number), 0x01000193);
  }
  return hash | 0;
}

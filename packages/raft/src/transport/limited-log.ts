import type { RaftLog } from '../runner/types.ts';

const intervalMs = 10_000;
const maxKeys = 256;

/** Says the same thing at most every ten seconds, and how often it has kept silent. */
export class LimitedLog {
  readonly #log: RaftLog;
  readonly #said = new Map<string, { atMs: number; suppressed: number }>();

  constructor(log: RaftLog) {
    this.#log = log;
  }

  info(fields: object, event: string): void {
    this.#log.info(fields, event);
  }

  warn(fields: object, event: string, key: string = event): void {
    const nowMs = performance.now();
    const said = this.#said.get(key);
    if (said !== undefined && nowMs - said.atMs < intervalMs) {
      said.suppressed++;
      return;
    }
    if (this.#said.size >= maxKeys) this.#said.clear();
    this.#said.set(key, { atMs: nowMs, suppressed: 0 });
    this.#log.warn({ ...fields, ...(said?.suppressed && { suppressed: said.suppressed }) }, event);
  }
}

/** Says what is being done, and for how long it took: one line a step. */
export class Progress {
  readonly #out: NodeJS.WriteStream;
  constructor(out: NodeJS.WriteStream = process.stderr) {
    this.#out = out;
  }

  /** Runs `work` under a title; what it returns, if it is text, stands behind the title. */
  async step(title: string, work: () => Promise<string | void>): Promise<void> {
    const started = performance.now();
    if (this.#out.isTTY) this.#out.write(`  ...  ${title}`);
    let mark = 'FAIL ';
    let detail: string | void = undefined;
    try {
      detail = await work();
      mark = 'ok   ';
    } finally {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      const line = `  ${mark}${title}${detail ? `: ${detail}` : ''} (${seconds}s)`;
      this.#out.write(this.#out.isTTY ? `\r\x1b[2K${line}\n` : `${line}\n`);
    }
  }
}

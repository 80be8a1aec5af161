import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A program of ours in a network namespace, whose output can be waited for. */
export class Program implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly exited: Promise<number | null>;
  #output = '';
  #onOutput: () => void = () => undefined;

  constructor(netns: string, file: string, ...args: string[]) {
    const path = fileURLToPath(new URL(file, import.meta.url));
    this.#child = spawn('ip', ['netns', 'exec', netns, process.execPath, path, ...args]);
    const gather = (chunk: Buffer): void => {
      this.#output += chunk.toString();
      this.#onOutput();
    };
    this.#child.stdout?.on('data', gather);
    this.#child.stderr?.on('data', gather);
    this.exited = new Promise((resolve) => this.#child.once('close', (code) => resolve(code)));
  }

  get output(): string {
    return this.#output;
  }

  /** Resolves when the output holds this; rejects with the output when the program ends before. */
  async waitFor(words: string): Promise<void> {
    const ended = this.exited.then((code) => {
      throw new Error(`ended with ${code} before it said ${JSON.stringify(words)}:\n${this.#output}`);
    });
    const said = new Promise<void>((resolve) => {
      this.#onOutput = () => {
        if (this.#output.includes(words)) resolve();
      };
      this.#onOutput();
    });
    await Promise.race([said, ended]);
  }

  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.#child.kill(signal);
    return this.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('SIGKILL');
  }
}

/** Asks until the answer is as wanted; throws the last one after 20 s. */
export async function until<T>(ask: () => Promise<T> | T, wanted: (answer: T) => boolean): Promise<T> {
  const endMs = performance.now() + 20_000;
  for (;;) {
    const answer = await Promise.resolve()
      .then(ask)
      .catch((error: unknown) => error as Error);
    if (!(answer instanceof Error) && wanted(answer)) return answer;
    if (performance.now() > endMs) throw new Error(`still not as wanted: ${String(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

import { detectBackend, type Backend } from './detect.ts';
import { IptablesError } from './errors.ts';
import type { Observed, TableName } from './model.ts';
import { parseSave } from './parse.ts';
import { run, type RunOptions } from './run.ts';

export interface IptablesOptions {
  /** Words put before each command, such as ['ip', 'netns', 'exec', 'node1']. */
  readonly prefix?: readonly string[] | undefined;
  /** A program that runs longer is killed. Default 60,000. */
  readonly timeoutMs?: number | undefined;
  /** How long to wait for somebody else's lock (whole seconds, -w). Default 10. */
  readonly waitSeconds?: number | undefined;
  /** Use this backend instead of the one in use. */
  readonly backend?: Backend['kind'] | undefined;
}

/** The kernel's IPv4 tables through one backend: never both. Every method throws IptablesError. */
export class Iptables {
  readonly backend: Backend;
  readonly #run: RunOptions;
  readonly #waitSeconds: number;

  private constructor(backend: Backend, runOptions: RunOptions, waitSeconds: number) {
    this.backend = backend;
    this.#run = runOptions;
    this.#waitSeconds = waitSeconds;
  }

  /** Finds the backend whose tables are in use, else the one that `iptables` means. */
  static async open(options: IptablesOptions = {}): Promise<Iptables> {
    const runOptions = { prefix: options.prefix ?? [], timeoutMs: options.timeoutMs ?? 60_000 };
    const backend = await detectBackend(runOptions, options.backend);
    return new Iptables(backend, runOptions, options.waitSeconds ?? 10);
  }

  /** What stands now: one table, or all that exist. */
  async save(table?: TableName, signal?: AbortSignal): Promise<Observed> {
    const args = table === undefined ? [] : ['-t', table];
    return parseSave(await run([this.backend.save, ...args], '', { ...this.#run, signal }));
  }

  /**
   * Applies input made by diff(), each table atomically. On 'timeout' the outcome is unknown; on 'refused' the error
   * names the line.
   */
  async restore(input: string, signal?: AbortSignal): Promise<void> {
    if (input === '') return;
    const command = [this.backend.restore, '--noflush', '-w', String(this.#waitSeconds)];
    try {
      await run(command, input, { ...this.#run, signal });
    } catch (error) {
      throw error instanceof IptablesError && error.code === 'refused' ? blameLine(error, input) : error;
    }
  }
}

/** Adds the line that the program complained of. */
export function blameLine(error: IptablesError, input: string): IptablesError {
  const line = Number(/line:? (\d+)/.exec(error.message)?.[1] ?? Number.NaN);
  const text = input.split('\n')[line - 1];
  if (text === undefined) return error;
  return new IptablesError('refused', `${error.message} [line ${line}: ${text}]`, { line, text, cause: error });
}

import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { daemonEnvironment } from '../../apps/wherry/src/cluster/processes.ts';

const STOP_MS = 30_000;
/** One member as a process that is killed, paused and started again. */
export class MemberProcess {
  readonly #command: readonly string[];
  readonly #logFile: string;
  #child: ChildProcess | undefined;

  constructor(command: readonly string[], logFile: string) {
    this.#command = command;
    this.#logFile = logFile;
  }

  get running(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Undefined while it runs, and of one that a signal has ended. */
  get exitCode(): number | undefined {
    return this.#child?.exitCode ?? undefined;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    if (this.running) return;
    const log = openSync(this.#logFile, 'a');
    const [program, ...args] = this.#command as [string, ...string[]];
    this.#child = spawn(program, args, {
      stdio: ['ignore', log, log],
      cwd: '/',
      env: environmentOf(this.#command),
    });
    closeSync(log);
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    this.resume();
    await this.#end('SIGTERM');
  }

  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  async exited(): Promise<void> {
    const child = this.#child;
    if (child !== undefined && this.running) await new Promise((resolve) => child.once('exit', resolve));
  }

  log(lines = 30): string {
    return readFileSync(this.#logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined || !this.running) return;
    const exited = this.exited();
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await exited;
    clearTimeout(timer);
  }
}

/** As `wherry up` runs a daemon, with one compile cache for all. */
function environmentOf(command: readonly string[]): NodeJS.ProcessEnv {
  const NODE_COMPILE_CACHE = join(tmpdir(), 'wherry-ha-compile-cache');
  return { ...process.env, ...daemonEnvironment(command.slice(command.indexOf(process.execPath))), NODE_COMPILE_CACHE };
}

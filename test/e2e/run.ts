import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Whatever hangs is ended and shows as a failure with its output. */
const COMMAND_TIMEOUT_MS = 120_000;

export interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end, whatever its exit code. */
export function run(
  program: string,
  args: string[],
  options: { input?: string; env?: NodeJS.ProcessEnv; timeoutMs?: number; cwd?: string } = {},
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      args,
      {
        timeout: options.timeoutMs ?? COMMAND_TIMEOUT_MS,
        maxBuffer: 1 << 28,
        cwd: options.cwd ?? ROOT,
        env: { ...process.env, ...options.env },
      },
      (error, stdout, stderr) => {
        if (error && typeof error.code !== 'number')
          reject(new Error(`${program} ${args.join(' ')}: ${error.message}\n${stdout}${stderr}`, { cause: error }));
        else resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
      },
    );
    // A child that ends without reading its input is none of our business; its exit code says what it thinks.
    child.stdin?.on('error', () => undefined).end(options.input ?? '');
  });
}

/** Runs a program that must succeed, and returns what it printed. */
export async function ok(program: string, args: string[], options: Parameters<typeof run>[2] = {}): Promise<string> {
  const result = await run(program, args, options);
  if (result.code !== 0)
    throw new Error(`${program} ${args.join(' ')}: exit code ${result.code}\n${result.stdout}${result.stderr}`);
  return result.stdout;
}

/** Starts a program that runs on; its output gathers in `output()`. */
export function start(
  program: string,
  args: string[],
): { child: ChildProcess; output(): string; exited: Promise<number> } {
  const child = spawn(program, args, { cwd: ROOT, stdio: ['pipe', 'pipe', 'pipe'] });
  let text = '';
  child.stdout.on('data', (data: Buffer) => (text += data.toString()));
  child.stderr.on('data', (data: Buffer) => (text += data.toString()));
  const exited = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? -1)));
  return { child, output: () => text, exited };
}

/** Asks again until `probe` gives something other than undefined or false; fails with its last error. */
export async function eventually<T>(
  what: string,
  probe: () => Promise<T | undefined | false>,
  timeoutMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    let reason: unknown = 'it is not so';
    try {
      const value = await probe();
      if (value !== undefined && value !== false) return value;
    } catch (error) {
      reason = error;
    }
    if (Date.now() > deadline) throw new Error(`${what}: not within ${timeoutMs / 1000} s`, { cause: reason });
    await sleep(100);
  }
}

/** The command lines under test: our own, and the stock kubectls of the folder $WHERRY_CLIENTS, oldest first, else the one on PATH. */
export const wherry = `${ROOT}apps/wherry/bin/wherry`;
export function kubectls(): { name: string; path: string }[] {
  const folder = process.env['WHERRY_CLIENTS'];
  const found = ['1.20', '1.32', '1.36'].map((version) => ({
    name: `kubectl ${version}`,
    path: `${folder}/kubectl-${version}`,
  }));
  return folder === undefined ? [{ name: 'kubectl', path: 'kubectl' }] : found.filter(({ path }) => existsSync(path));
}
/** A stock kubectl, the newest there is. */
export const kubectl: string = kubectls().at(-1)?.path ?? 'kubectl';

/** Brings the cluster up (it may be up already). */
export async function up(...flags: string[]): Promise<string> {
  const result = await run(`${ROOT}scripts/up`, flags, { timeoutMs: 280_000 });
  if (result.code !== 0) throw new Error(`scripts/up: exit code ${result.code}\n${result.stdout}${result.stderr}`);
  return result.stdout + result.stderr;
}

/** JSON of `kubectl get`. */
export async function get<T>(...args: string[]): Promise<T> {
  return JSON.parse(await ok(kubectl, ['get', '-o', 'json', ...args])) as T;
}

import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Component } from './components.ts';
import type { Places } from './places.ts';

const APPS = fileURLToPath(new URL('../../../', import.meta.url));
const STOP_TIMEOUT_MS = 15_000;
const POLL_MS = 50;

/**
 * Keeps daemons small. V8 lets the space for young objects grow, up to 2 x 16 MB, and keeps it; in 2 x 2 most do the
 * same work with some more minor collections. An apiserver under load would spend a fifth of its time on those, and
 * half of that in 2 x 8. With --expose-gc a daemon gives back what only its start needed. glibc gives every thread an
 * arena of its own.
 * @param command the daemon's command line
 */
export function daemonEnvironment([, main = '']: string[]): { NODE_OPTIONS: string; MALLOC_ARENA_MAX: string } {
  const youngMib = relative(APPS, main).startsWith(`apiserver${sep}`) ? 8 : 2;
  return { NODE_OPTIONS: `--max-semi-space-size=${youngMib} --expose-gc`, MALLOC_ARENA_MAX: '1' };
}

/** The command line of a daemon: this Node runs the app's sources. */
export function commandLine(component: Component): string[] {
  return [process.execPath, resolve(APPS, component.app ?? component.name, 'src/main.ts'), ...component.args];
}

/** Starts a program that outlives us, its output in `<log>/<name>.log` and its process id in `<run>/<name>.pid`. */
export function startProcess(places: Places, name: string, command: string[]): number {
  mkdirSync(places.log, { recursive: true });
  mkdirSync(places.run, { recursive: true });
  const log = openSync(logFile(places, name), 'a');
  const [program, ...args] = command as [string, ...string[]];
  const env = { ...process.env, ...daemonEnvironment(command) };
  const child = spawn(program, args, { detached: true, stdio: ['ignore', log, log], cwd: '/', env });
  closeSync(log);
  if (child.pid === undefined) throw new Error(`cannot start ${program}`);
  child.unref();
  writeFileSync(pidFile(places, name), `${child.pid}\n`);
  return child.pid;
}

/** The process that the pid file names, if it still runs that very program (a process id may have been reused). */
export function runningProcess(
  places: Places,
  name: string,
  program: string,
): { pid: number; command: string[] } | undefined {
  const pid = Number(readIfPresent(pidFile(places, name)));
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  const command = readIfPresent(`/proc/${pid}/cmdline`)?.split('\0').slice(0, -1);
  return command !== undefined && command.includes(program) ? { pid, command } : undefined;
}

/** SIGTERM, and SIGKILL after a while; returns once the process is gone. */
export async function stopProcess(places: Places, name: string, program: string): Promise<boolean> {
  const found = runningProcess(places, name, program);
  if (found) {
    process.kill(found.pid, 'SIGTERM');
    if (!(await gone(places, name, program, STOP_TIMEOUT_MS))) {
      process.kill(found.pid, 'SIGKILL');
      if (!(await gone(places, name, program, STOP_TIMEOUT_MS)))
        throw new Error(`${name} (process ${found.pid}) does not die`);
    }
  }
  rmSync(pidFile(places, name), { force: true });
  return found !== undefined;
}

/** The end of a program's log, for an error message. */
export function logTail(places: Places, name: string, lines = 15): string {
  const text = readIfPresent(logFile(places, name)) ?? '';
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}

export function logFile(places: Places, name: string): string {
  return join(places.log, `${name}.log`);
}

async function gone(places: Places, name: string, program: string, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (runningProcess(places, name, program)) {
    if (Date.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}

function pidFile(places: Places, name: string): string {
  return join(places.run, `${name}.pid`);
}

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // ESRCH: the process ended between the opening and the reading of its /proc file.
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Places } from './places.ts';

const run = promisify(execFile);
const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const TIMEOUT_MS = 180_000;

/** Runs one of our own commands as the cluster's admin, and returns what it printed. */
export async function wherry(places: Places, args: string[]): Promise<string> {
  const command = [MAIN, `--kubeconfig=${places.adminKubeconfig}`, ...args];
  const { stdout } = await run(process.execPath, command, { timeout: TIMEOUT_MS });
  return stdout.trim();
}

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Component } from './components.ts';
import { commandLine, daemonEnvironment } from './processes.ts';

const run = promisify(execFile);
const TIMEOUT_MS = 60_000;
const IMPORT_REACHABLE = fileURLToPath(new URL('./import-reachable.ts', import.meta.url));

/**
 * Has Node compile every daemon's sources once and keep the result, by asking each for its version once it has imported
 * whatever it may need later. A daemon that finds all of it in the cache is ready sooner and never loads the compiler,
 * which would stay in its memory (20 MB).
 */
export async function warmCompileCache(components: Component[]): Promise<void> {
  if (process.env['NODE_COMPILE_CACHE'] === undefined) return;
  const warm = async (component: Component): Promise<void> => {
    const command = commandLine(component);
    // With the daemon's own options: Node takes nothing from a cache that was made under others.
    const env = { ...process.env, ...daemonEnvironment(command) };
    const [program, main] = command as [string, string];
    await run(program, [`--import=${IMPORT_REACHABLE}`, main, '--version'], { timeout: TIMEOUT_MS, env });
  };
  // Most sources are those that all share: one compiles them, the others find them.
  const [first, ...others] = components;
  if (first) await warm(first);
  await Promise.all(others.map(warm));
}

import { spawn } from 'node:child_process';
import { access, constants, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Io } from './io.ts';

const prefixes = ['wherry-', 'kubectl-'];

export interface Plugin {
  readonly path: string;
  readonly name: string;
  readonly executable: boolean;
}

/** Every file on the PATH that is named like a plugin, in the order in which the PATH finds them. */
export async function findPlugins(path: string): Promise<Plugin[]> {
  const plugins: Plugin[] = [];
  for (const folder of new Set(path.split(':').filter((part) => part.trim() !== ''))) {
    // A folder of the PATH that is not there is none of a plugin's business.
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.isDirectory() || !prefixes.some((prefix) => entry.name.startsWith(prefix))) continue;
      const file = join(folder, entry.name);
      plugins.push({ path: file, name: entry.name, executable: await isExecutable(file) });
    }
  }
  return plugins;
}

async function isExecutable(file: string): Promise<boolean> {
  return await access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/**
 * Runs the plugin with the longest name that the words make (`foo bar` is wherry-foo-bar, then kubectl-foo-bar, then
 * wherry-foo with the argument bar). Returns its exit code, or undefined when there is no such plugin.
 */
export async function runPlugin(argv: readonly string[], io: Io): Promise<number | undefined> {
  const flagAt = argv.findIndex((word) => word.startsWith('-'));
  const words = argv.slice(0, flagAt < 0 ? undefined : flagAt).map((word) => word.replaceAll('-', '_'));
  const folders = (io.env['PATH'] ?? '').split(':').filter((part) => part !== '');
  for (let length = words.length; length > 0; length--) {
    const name = words.slice(0, length).join('-');
    if (name.includes('/')) continue;
    for (const prefix of prefixes) {
      for (const folder of folders) {
        const file = join(folder, prefix + name);
        if (await isExecutable(file)) return await execute(file, argv.slice(length), io);
      }
    }
  }
  return undefined;
}

function execute(file: string, args: readonly string[], io: Io): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...args], { stdio: 'inherit', env: { ...io.env }, cwd: io.cwd });
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}

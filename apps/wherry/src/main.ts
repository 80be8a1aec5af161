import process from 'node:process';
import { runProgram } from './cli/program.ts';
import type { CommandEntry } from './cli/command.ts';
import { clusterCommands } from './cluster/command-list.ts';
import { kubectlCommands } from './commands/command-list.ts';

const commands: readonly CommandEntry[] = [...kubectlCommands, ...clusterCommands];

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    process.exitCode = signal === 'SIGINT' ? 130 : 143;
    stop.abort();
    // A second signal, or work that does not heed the first, ends the process at once.
    process.once(signal, () => process.exit());
    setTimeout(() => process.exit(), 1000).unref();
  });
}
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(141);
  throw error;
});

const code = await runProgram(process.argv.slice(2), commands, {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  signal: stop.signal,
  now: () => new Date(),
});
process.exitCode ??= code;

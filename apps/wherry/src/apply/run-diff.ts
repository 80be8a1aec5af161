import { spawn } from 'node:child_process';
import { CliError } from '../cli/errors.ts';
import type { Io } from '../cli/io.ts';

const harmless = /^[a-zA-Z0-9=-]+$/;

/**
 * Compares two folders with the program of KUBECTL_EXTERNAL_DIFF, or `diff -u -N`. Of the variable's words after the
 * first only plain ones are taken, so that it cannot name files. Returns the program's exit code.
 */
export async function runDiff(from: string, to: string, io: Io): Promise<number> {
  const words = (io.env['KUBECTL_EXTERNAL_DIFF'] ?? '').split(' ').filter((word) => word !== '');
  const [program = 'diff', ...rest] = words;
  const args = words.length > 0 ? rest.filter((word) => harmless.test(word)) : ['-u', '-N'];
  return await new Promise((resolve, reject) => {
    const child = spawn(program, [...args, from, to], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...io.env },
      cwd: io.cwd,
    });
    child.stdout.on('data', (chunk: Buffer) => io.stdout.write(chunk));
    child.stderr.on('data', (chunk: Buffer) => io.stderr.write(chunk));
    child.once('error', (cause) => {
      reject(new CliError(`failed to run ${JSON.stringify(program)}: ${cause.message}`, 2));
    });
    child.once('close', (code) => resolve(code ?? 2));
  });
}

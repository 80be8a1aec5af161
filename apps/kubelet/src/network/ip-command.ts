import { spawn } from 'node:child_process';

const timeoutMs = 10_000;

/** Runs several commands of `ip` in one process, optionally in the network namespace of a process. */
export async function ipBatch(lines: readonly string[], pid?: number): Promise<void> {
  const input = `${lines.join('\n')}\n`;
  if (pid === undefined) await run('ip', ['-batch', '-'], input);
  else await run('nsenter', ['-t', String(pid), '-n', 'ip', '-batch', '-'], input);
}

/** Throws with the program's own words when it fails or takes longer than ten seconds. */
export async function run(program: string, args: readonly string[], input = ''): Promise<string> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], timeout: timeoutMs, killSignal: 'SIGKILL' });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  // A program that dies before it has read everything is judged by its exit code.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === 0) return output;
  throw new Error(`${program} ${args.join(' ')}: ${errors.trim() || `exit code ${code}`}`);
}

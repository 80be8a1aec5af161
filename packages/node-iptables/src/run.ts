import { spawn } from 'node:child_process';
import { IptablesError, type IptablesErrorCode } from './errors.ts';

export interface RunOptions {
  readonly prefix: readonly string[];
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

const outputLimitBytes = 256 * 1024 * 1024;
const complaintLimitBytes = 64 * 1024;

/** Runs one program with `input` on its standard input; resolves to its standard output when it exits with 0. */
export function run(command: readonly string[], input: string, options: RunOptions): Promise<string> {
  const [program = '', ...args] = [...options.prefix, ...command];
  return new Promise((resolve, reject) => {
    options.signal?.throwIfAborted();
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C' } });
    const output: Buffer[] = [];
    const complaint: Buffer[] = [];
    let outputBytes = 0;
    let complaintBytes = 0;
    let killedBecause: string | undefined;
    const kill = (why: string): void => {
      killedBecause ??= why;
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => kill(`took longer than ${options.timeoutMs} ms`), options.timeoutMs);
    const abort = (): void => kill('was aborted');
    options.signal?.addEventListener('abort', abort, { once: true });
    const settle = (error: IptablesError | undefined): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', abort);
      if (error === undefined) resolve(Buffer.concat(output).toString());
      else reject(error);
    };
    child.stdout.on('data', (chunk: Buffer) => {
      outputBytes += chunk.length;
      if (outputBytes > outputLimitBytes) kill(`printed more than ${outputLimitBytes} bytes`);
      else output.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      complaintBytes += chunk.length;
      if (complaintBytes <= complaintLimitBytes) complaint.push(chunk);
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      const code = error.code === 'ENOENT' ? 'missing' : 'denied';
      settle(new IptablesError(code, `${program}: ${error.message}`, { cause: error }));
    });
    child.on('close', (status) => {
      const text = Buffer.concat(complaint).toString().trim();
      if (killedBecause !== undefined) settle(new IptablesError('timeout', `${command[0]} ${killedBecause}`));
      else if (status === 0) settle(undefined);
      else settle(new IptablesError(classify(status, text), `${command[0]} exited with ${status}: ${oneLine(text)}`));
    });
    // A program that dies early leaves its input unread; its exit status says why.
    child.stdin.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') kill(`could not be written to: ${error.message}`);
    });
    child.stdin.end(input);
  });
}

/** iptables exits with 4 for lack of resources, the lock above all; the words tell the rest. */
function classify(status: number | null, complaint: string): IptablesErrorCode {
  if (/you must be root|permission denied/i.test(complaint)) return 'denied';
  if (status === 4 && /xtables lock/i.test(complaint)) return 'busy';
  return 'refused';
}

function oneLine(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('Try `'))
    .join('; ');
}

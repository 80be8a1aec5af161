import type Docker from 'dockerode';
import { FrameSplitter } from './log-frames.ts';

export interface ExecResult {
  readonly exitCode: number;
  /** The first 10 KiB of output and errors. */
  readonly output: string;
}

const maxOutputBytes = 10 * 1024;

/** Runs a command in a container to its end. After the timeout it is left alone: Docker cannot end an exec. */
export async function execInContainer(
  docker: Docker,
  containerId: string,
  command: readonly string[],
  timeoutMs: number,
): Promise<ExecResult | 'timeout'> {
  const options = { Cmd: [...command], AttachStdout: true, AttachStderr: true };
  const exec = await docker.getContainer(containerId).exec(options);
  const stream = await exec.start({});
  const splitter = new FrameSplitter();
  let output = '';
  stream.on('data', (chunk: Buffer) => {
    for (const { data } of splitter.push(chunk)) {
      if (output.length < maxOutputBytes) output += data.toString().slice(0, maxOutputBytes - output.length);
    }
  });
  const timer = Promise.withResolvers<'timeout'>();
  const timeout = setTimeout(() => timer.resolve('timeout'), timeoutMs);
  const ended = new Promise<'ended'>((resolve, reject) => {
    stream.once('end', () => resolve('ended'));
    stream.once('close', () => resolve('ended'));
    stream.once('error', reject);
  });
  try {
    if ((await Promise.race([ended, timer.promise])) === 'timeout') return 'timeout';
  } finally {
    clearTimeout(timeout);
    stream.destroy();
  }
  const { ExitCode: exitCode } = await exec.inspect();
  return { exitCode: exitCode ?? -1, output };
}

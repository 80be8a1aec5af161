import { open } from 'node:fs/promises';
import type Docker from 'dockerode';
import type { ContainerInspectInfo } from 'dockerode';
import { demultiplex } from './log-frames.ts';
import { labels } from './labels.ts';

const maxMessageBytes = 4096;
const maxLogBytes = 2048;
const maxLogLines = 80;

/** What an exited container left in its termination file or, by its policy, the end of its log when it failed. */
export async function terminationMessage(docker: Docker, info: ContainerInspectInfo): Promise<string> {
  const found = info.Config.Labels ?? {};
  const file = found[labels.messageFile];
  const message = file === undefined ? '' : await head(file, maxMessageBytes);
  if (message !== '' || found[labels.messagePolicy] !== 'FallbackToLogsOnError' || info.State.ExitCode === 0) {
    return message;
  }
  const logs = await docker
    .getContainer(info.Id)
    .logs({ stdout: true, stderr: true, follow: false, tail: maxLogLines });
  const text = info.Config.Tty ? logs : Buffer.concat(demultiplex(logs).map((frame) => frame.data));
  return text.subarray(Math.max(0, text.length - maxLogBytes)).toString();
}

async function head(path: string, bytes: number): Promise<string> {
  try {
    await using file = await open(path, 'r');
    const { bytesRead, buffer } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
    return buffer.subarray(0, bytesRead).toString();
  } catch (error) {
    // The pod's directory may be gone already; then there is no message to show.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

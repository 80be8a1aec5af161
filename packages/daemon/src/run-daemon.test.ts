import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const fakeDaemon = fileURLToPath(new URL('fake-daemon.ts', import.meta.url));

/** Runs the fake daemon, sends it `signals` once it runs, and waits for its end. */
async function live(end: string, signals: NodeJS.Signals[] = []): Promise<{ code: number | null; log: string[] }> {
  const child = spawn(process.execPath, [fakeDaemon, `--end=${end}`], { stdio: ['ignore', 'inherit', 'pipe'] });
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    const next = text.includes('"running"') ? signals.shift() : undefined;
    if (next !== undefined) child.kill(next);
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const log = text.split('\n').filter((line) => line !== '');
  return { code, log: log.map((line) => String((JSON.parse(line) as { msg?: unknown }).msg)) };
}

it('stops gracefully at a signal', async () => {
  expect(await live('gracefully', ['SIGTERM'])).toEqual({
    code: 0,
    log: ['starting', 'running', 'stopping', 'stopped'],
  });
});

it('exits with an error when it throws, or a rejection is not handled', async () => {
  expect(await live('throw')).toEqual({ code: 1, log: ['starting', 'running', 'failed'] });
  expect(await live('reject')).toEqual({ code: 1, log: ['starting', 'running', 'unhandled rejection'] });
});

it('exits when it does not stop in time, or at a second signal', async () => {
  expect(await live('hang', ['SIGINT'])).toEqual({
    code: 1,
    log: ['starting', 'running', 'stopping', 'not stopped in time, exiting'],
  });
  const { code, log } = await live('hang', ['SIGTERM', 'SIGTERM']);
  expect(code).toBe(1);
  expect(log.at(-1)).toBe('second signal, exiting at once');
});

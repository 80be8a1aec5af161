import type { Logger } from '@wherry/daemon';

/** Runs a task again and again, one run at a time, until the signal ends; a failure is logged and tried again. */
export function every(
  intervalMs: number,
  name: string,
  log: Logger,
  signal: AbortSignal,
  task: () => Promise<void>,
): void {
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    task()
      .catch((error: unknown) => {
        if (!signal.aborted) log.warn({ err: error, task: name }, 'task-failed');
      })
      .finally(() => {
        busy = false;
      });
  }, intervalMs);
  timer.unref();
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runWorkers, WorkQueue } from './work-queue.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('gives a key once however often it was added', async () => {
  const queue = new WorkQueue();
  for (const key of ['a', 'b', 'a', 'a']) queue.add(key);
  expect(queue.length).toBe(2);
  expect([await queue.get(), await queue.get()]).toEqual(['a', 'b']);
});

it('gives a key added during its work again only after done', async () => {
  const queue = new WorkQueue();
  queue.add('a');
  expect(await queue.get()).toBe('a');
  queue.add('a');
  expect(queue.length).toBe(0);
  queue.done('a');
  expect(queue.length).toBe(1);
  expect(await queue.get()).toBe('a');
  queue.done('a');
  expect(queue.length).toBe(0);
});

it('hands keys to those who wait, first come first served', async () => {
  const queue = new WorkQueue();
  const waiting = [queue.get(), queue.get()];
  queue.add('a');
  queue.add('b');
  expect(await Promise.all(waiting)).toEqual(['a', 'b']);
});

it('keeps the earliest of several delays', async () => {
  const queue = new WorkQueue();
  queue.addAfter('a', 1_000);
  queue.addAfter('a', 100);
  queue.addAfter('a', 500);
  vi.advanceTimersByTime(99);
  expect(queue.length).toBe(0);
  vi.advanceTimersByTime(1);
  expect(await queue.get()).toBe('a');
  queue.done('a');
  vi.advanceTimersByTime(10_000);
  expect(queue.length).toBe(0);
});

it('doubles the delay with every failure up to 1000 s, until it is forgotten', async () => {
  const queue = new WorkQueue();
  const delays: number[] = [];
  for (let i = 0; i < 20; i++) {
    queue.addRateLimited('a');
    const start = performance.now();
    vi.advanceTimersToNextTimer();
    delays.push(performance.now() - start);
    queue.done((await queue.get()) as string);
  }
  expect(delays.slice(0, 4)).toEqual([5, 10, 20, 40]);
  expect(delays.at(-1)).toBe(1_000_000);
  queue.forget('a');
  expect(queue.failures('a')).toBe(0);
});

it('lets go of those who wait at shutDown and at abort', async () => {
  const queue = new WorkQueue();
  const controller = new AbortController();
  const aborted = queue.get(controller.signal);
  controller.abort();
  expect(await aborted).toBeUndefined();
  const waiting = queue.get();
  queue.shutDown();
  expect(await waiting).toBeUndefined();
  queue.add('late');
  expect(await queue.get()).toBeUndefined();
});

it('retries what failed, looks again when asked, and never works on one key twice at a time', async () => {
  const queue = new WorkQueue();
  const controller = new AbortController();
  const log: string[] = [];
  let working = 0;
  const running = runWorkers(
    queue,
    3,
    async (key) => {
      expect(++working).toBe(1);
      await Promise.resolve();
      working--;
      log.push(`${key} ${queue.failures(key)}`);
      if (log.length < 3) throw new Error('not yet');
      if (log.length === 3) return { requeueAfterMs: 60_000 };
      controller.abort();
    },
    controller.signal,
    (key, error) => log.push(`${key} failed: ${(error as Error).message}`),
  );
  queue.add('a');
  await vi.advanceTimersByTimeAsync(59_000);
  expect(log).toEqual(['a 0', 'a failed: not yet', 'a 1', 'a failed: not yet', 'a 2'].slice(0, log.length));
  await vi.advanceTimersByTimeAsync(2_000);
  await running;
  expect(controller.signal.aborted).toBe(true);
});

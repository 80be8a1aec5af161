import { describe, expect, it } from 'vitest';
import type { Message } from '../core/types.ts';
import { SendQueue } from './send-queue.ts';

function append(index: number, bytes = 10): Message {
  const entries = [{ term: 1, index, timeMs: 0, type: 'normal' as const, data: Buffer.alloc(bytes) }];
  return { type: 'append', from: 1, to: 2, term: 1, prevIndex: index - 1, prevTerm: 1, entries, commit: 0 };
}

function heartbeat(context: number): Message {
  return { type: 'heartbeat', from: 1, to: 2, term: 1, commit: 0, context };
}

describe('the queue of a member', () => {
  it('gives messages in order, in batches of about so many bytes, at least one', () => {
    const queue = new SendQueue({ messages: 100, bytes: 1e6 });
    const messages = [append(1, 500), append(2, 500), append(3, 5000), heartbeat(1)];
    for (const message of messages) expect(queue.push(message)).toBe(true);
    const batches: Message[][] = [];
    while (!queue.isEmpty) batches.push(queue.take(1200).messages);
    expect(batches).toEqual([messages.slice(0, 2), messages.slice(2, 3), messages.slice(3)]);
  });

  it.each([
    ['messages', { messages: 100, bytes: 1e9 }],
    ['bytes', { messages: 1e9, bytes: 100 * 66 }],
  ])('drops older appends, and keeps the rest, when there are too many %s', (_, limits) => {
    const queue = new SendQueue(limits);
    let whole = true;
    for (let i = 0; i < 1000; i++) {
      if (i % 100 === 0) queue.push(heartbeat(i));
      whole = queue.push(append(i)) && whole;
    }
    expect(whole).toBe(false);
    const { messages } = queue.take(Infinity);
    expect(messages.length).toBeLessThanOrEqual(101);
    expect(messages.filter(({ type }) => type === 'heartbeat')).toHaveLength(10);
    expect(messages.at(-1)).toEqual(append(999));
  });

  it('stays within its bounds when there are no appends to drop, or one message is too large', () => {
    const queue = new SendQueue({ messages: 100, bytes: 10_000 });
    for (let i = 0; i < 1000; i++) queue.push(heartbeat(i));
    expect(queue.push(append(1, 20_000))).toBe(false);
    const { messages, bytes } = queue.take(Infinity);
    expect(messages.length).toBeLessThanOrEqual(100);
    expect(bytes).toBeLessThanOrEqual(10_000);
    expect(queue.isEmpty).toBe(true);
  });
});

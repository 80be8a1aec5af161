import { describe, expect, it } from 'vitest';
import { ReadRounds } from './read-rounds.ts';

/** Collects what happens to a read. */
function follow(read: Promise<number>): { result: unknown } {
  const outcome: { result: unknown } = { result: 'waiting' };
  read.then(
    (index) => (outcome.result = index),
    (error: { code: string }) => (outcome.result = error.code),
  );
  return outcome;
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('linearizable reads', () => {
  function setUp() {
    const reads = new ReadRounds(() => 0.5);
    const asked: number[] = [];
    const ask = (nowMs: number, possible = true) =>
      reads.ask(nowMs, (context) => {
        if (possible) asked.push(context);
        return possible;
      });
    return { reads, asked, ask };
  }

  it('that wait share one question, and those that come later do not join it', async () => {
    const { reads, asked, ask } = setUp();
    const early = [follow(reads.add(0)), follow(reads.add(0))];
    ask(0);
    const late = follow(reads.add(1));
    ask(1);
    expect(asked).toHaveLength(1);
    reads.confirm(asked[0] as number, 7);
    reads.applied(6);
    await settle();
    expect(early.map(({ result }) => result)).toEqual(['waiting', 'waiting']);
    reads.applied(7);
    ask(2);
    await settle();
    expect([...early, late].map(({ result }) => result)).toEqual([7, 7, 'waiting']);
    reads.confirm(asked[1] as number, 9);
    reads.applied(20);
    await settle();
    expect(late.result).toBe(9);
  });

  it('are asked again when no answer comes, and take no answer to an old question', async () => {
    const { reads, asked, ask } = setUp();
    const read = follow(reads.add(0));
    ask(0);
    reads.tick(499, true);
    ask(499);
    expect(asked).toHaveLength(1);
    reads.tick(500, true);
    ask(500);
    expect(new Set(asked).size).toBe(2);
    reads.confirm(asked[0] as number, 3);
    reads.applied(3);
    await settle();
    expect(read.result).toBe('waiting');
    reads.confirm(asked[1] as number, 4);
    reads.applied(4);
    await settle();
    expect(read.result).toBe(4);
  });

  it('give up after five seconds, and say why', async () => {
    const { reads, ask } = setUp();
    const first = follow(reads.add(0));
    ask(0, false);
    reads.tick(4999, false);
    await settle();
    expect(first.result).toBe('waiting');
    reads.tick(5000, false);
    const second = follow(reads.add(5000));
    ask(5000);
    for (let nowMs = 5400; nowMs <= 10_000; nowMs += 400) {
      reads.tick(nowMs, true);
      ask(nowMs);
    }
    reads.tick(10_000, true);
    await settle();
    expect([first.result, second.result]).toEqual(['no-leader', 'timeout']);
  });

  it('that are confirmed give up as well when what they wait for is not applied', async () => {
    const { reads, asked, ask } = setUp();
    const read = follow(reads.add(0));
    ask(0);
    reads.confirm(asked[0] as number, 7);
    reads.tick(5000, true);
    await settle();
    expect(read.result).toBe('timeout');
  });

  it('do not begin at the same context in every life', () => {
    const contexts = [0.1, 0.2].map((random) => {
      const reads = new ReadRounds(() => random);
      follow(reads.add(0));
      let asked = 0;
      reads.ask(0, (context) => {
        asked = context;
        return true;
      });
      return asked;
    });
    expect(contexts[0]).not.toBe(contexts[1]);
    for (const context of contexts) expect(Number.isSafeInteger(context)).toBe(true);
  });
});

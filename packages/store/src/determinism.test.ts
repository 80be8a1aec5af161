import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryDisk } from '@wherry/raft/disk';
import { decodeBatch, encodeBatch } from './codec.ts';
import type { Command } from './command.ts';
import { command } from './core-testing/arbitrary.ts';
import { Core, replicated, type LogEntry } from './core-testing/core.ts';
import { readSnapshot, writeSnapshot } from './snapshot.ts';

/** What an entry may be besides: a batch that comes again, and one that was overtaken. */
interface Step {
  commands: Command[];
  again: number;
  skipped: boolean;
  origin: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  commands: fc.array(command, { maxLength: 3 }),
  again: fc.nat(8),
  skipped: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  origin: fc.integer({ min: 1, max: 70 }),
});

describe('members that apply the same log', () => {
  it('have the same state and chain, whether they have been there from the start, restarted, or came by a snapshot', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 2, maxLength: 40 }),
        fc.nat(),
        fc.nat(5),
        async (steps, cut, trimmed) => {
          const log = entriesOf(steps);
          const middle = cut % log.length;
          const first = await Core.open();
          const restarted = new MemoryDisk();
          for (const entry of log.slice(0, middle)) first.applyEntry(entry);
          first.trim(trimmed);
          await first.flush();
          await readSnapshot(writeSnapshot(first.disk), restarted);

          const second = await Core.open(restarted);
          second.adoptValues(first);
          // Flushed at other times, and trimmed otherwise.
          for (const [i, entry] of log.slice(middle).entries()) {
            first.applyEntry(entry);
            second.applyEntry(entry);
            if (i % 3 === 0) await second.flush();
            if (i % 4 === 1) second.trim(2);
          }
          expect(replicated(second.state)).toEqual(replicated(first.state));
          expect(second.chain).toBe(first.chain);
          expect(await second.hash()).toBe(await first.hash());
          await expectSameWhenTrimmed(first, second);
        },
      ),
      { numRuns: Number(process.env['MODEL_RUNS'] ?? 400) },
    );
  });

  it('find out when their content differs, and only then', async () => {
    const one = await Core.open();
    const other = await Core.open();
    for (let i = 0; i < 10; i++) for (const core of [one, other]) core.apply(put(`/${i}`, 'same'));
    const asOf = one.state.revision;
    const chain = one.chain;
    one.apply(put('/x', 'this'));
    other.apply(put('/x', 'that'));
    const verify = (revision: number, of: number): Command => ({ type: 'verify', revision, chain: of });
    expect(other.apply(verify(asOf, chain)).diverged).toBe(undefined);
    expect(other.apply(verify(one.state.revision, one.chain)).diverged).toBe(true);
    expect(one.apply(verify(one.state.revision, one.chain)).diverged).toBe(undefined);
    // Of what is to come, and of before there was anything, nobody knows.
    expect(one.apply(verify(one.state.revision + 1, 7)).diverged).toBe(undefined);
    expect(one.apply(verify(0, 7)).diverged).toBe(undefined);
    expect(await other.hash(asOf)).toBe(await one.hash(asOf));
    expect(await other.hash()).not.toBe(await one.hash());
  });

  it('know the chain of a long while back, also after a restart', async () => {
    const core = await Core.open();
    const chains: number[] = [];
    for (let i = 0; i < 20_000; i++) {
      core.apply(put(`/${i % 10}`, String(i)));
      chains[core.state.revision] = core.chain;
    }
    await core.flush();
    const again = await Core.open(core.disk);
    for (const { state } of [core, again]) {
      for (const back of [0, 1, 100, 10_000]) {
        expect(state.chains.at(state.revision - back)).toBe(chains[state.revision - back]);
      }
      expect(state.chains.at(100)).toBe(undefined);
      expect(state.chains.at(state.revision + 1)).toBe(undefined);
    }
  });
});

async function expectSameWhenTrimmed(first: Core, second: Core): Promise<void> {
  for (const core of [first, second]) {
    core.trim(Number.POSITIVE_INFINITY);
    await core.flush();
  }
  expect(await recordsOf(second)).toEqual(await recordsOf(first));
}

async function recordsOf({ disk }: Core): Promise<[string, string][]> {
  const records: [string, string][] = [];
  for await (const page of disk.pages()) for (const [key, value] of page) records.push([key, value.toString('latin1')]);
  return records;
}

function put(key: string, value: string): Command {
  const operation = { type: 'put' as const, key, value: Buffer.from(value) };
  return { type: 'txn', request: { compares: [], success: [operation], failure: [] } };
}

/** Sequences as proposers count them; through the codec, as they would come out of a log. */
function entriesOf(steps: Step[]): LogEntry[] {
  const entries: LogEntry[] = [];
  const next = new Map<number, number>();
  for (const [i, { commands, again, skipped, origin }] of steps.entries()) {
    const repeated = entries.at(-again);
    if (again > 0 && again < 3 && repeated !== undefined) {
      entries.push({ ...repeated, timeMs: i * 400 });
      continue;
    }
    const sequence = (next.get(origin) ?? 1) + (skipped ? 1 : 0);
    next.set(origin, sequence + 1);
    const batch = { origin, sequence, settledBelow: Math.max(0, sequence - 3), commands };
    entries.push({ timeMs: i * 400, batch: decodeBatch(encodeBatch(batch)) });
  }
  return entries;
}

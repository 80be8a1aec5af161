import { expect, it } from 'vitest';
import { Chaos } from './testing/chaos.ts';

/** RAFT_SEEDS tries more, RAFT_FIRST_SEED others; RAFT_FIRST_SEED=n RAFT_SEEDS=1 plays one again. */
const seeds = Number(process.env['RAFT_SEEDS'] ?? 300);
const first = Number(process.env['RAFT_FIRST_SEED'] ?? 1);
const steps = 2000;

it(`keeps the promises of Raft, whatever happens (seeds from ${first}, ${seeds} of them)`, { timeout: 600_000 }, () => {
  const sums = { applied: 0, terms: 0, answered: 0 };
  for (let seed = first; seed < first + seeds; seed++) {
    const chaos = new Chaos(seed);
    try {
      chaos.run(steps);
    } catch (error) {
      throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
    }
    sums.applied += chaos.checker.applied;
    sums.terms += chaos.checker.terms;
    sums.answered += chaos.checker.answered;
  }
  // A world so bad that nothing happens would prove nothing.
  expect(sums.applied / seeds).toBeGreaterThan(20);
  expect(sums.terms / seeds).toBeGreaterThan(1);
  expect(sums.answered / seeds).toBeGreaterThan(5);
});

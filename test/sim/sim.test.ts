import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mutations } from './mutations/index.ts';
import { regressions } from './regressions.ts';
import { type Outcome, runSeed, scenarios } from './run.ts';

/** The same in every run, and some that nobody has played yet. */
const fixedSeeds = 40;
const freshSeeds = 15;
const traceLines = 40;

describe.each(Object.keys(scenarios))('%s', (scenario) => {
  test(`seeds 1 to ${fixedSeeds} pass`, async () => {
    for (let seed = 1; seed <= fixedSeeds; seed++) await pass(scenario, seed);
  });

  test('fresh seeds pass', async () => {
    const first = Math.floor(Math.random() * 1e9);
    console.log(`${scenario}: fresh seeds ${first} to ${first + freshSeeds - 1}`);
    for (let seed = first; seed < first + freshSeeds; seed++) await pass(scenario, seed);
  });

  test('a seed is played in the same way twice', async () => {
    for (let seed = 1; seed <= 5; seed++) {
      const [one, other] = [await runSeed(seed, scenario), await runSeed(seed, scenario, 10)];
      expect([other.hash, other.events]).toEqual([one.hash, one.events]);
    }
  });
});

test.each(regressions)('$scenario $seed: $was', async ({ scenario, seed }) => pass(scenario, seed));

describe('the bugs to plant', () => {
  test('are enough, half of them from published ones', () => {
    expect(new Set(mutations.map(({ name }) => name)).size).toBe(mutations.length);
    expect(mutations.length).toBeGreaterThanOrEqual(25);
    expect(mutations.filter(({ published }) => published).length * 2).toBeGreaterThanOrEqual(mutations.length);
  });

  test.each(mutations)('$name has its place in the source', ({ edits }) => {
    expect(edits.length).toBeGreaterThan(0);
    for (const { file, find } of edits) {
      const text = readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
      expect(text.split(find).length - 1, `${file}: ${find}`).toBe(1);
    }
  });
});

async function pass(scenario: string, seed: number): Promise<void> {
  const { failure } = await runSeed(seed, scenario);
  if (failure === undefined) return;
  const again: Outcome = await runSeed(seed, scenario, traceLines);
  const lines = again.lines.slice(-traceLines).join('\n');
  expect.fail(
    `${failure}\nreplay: npm run sim -- --scenario ${scenario} --seed ${seed}\n${JSON.stringify(again.plan)}\n${lines}`,
  );
}

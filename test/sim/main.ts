import { parseArgs } from 'node:util';
import { type Outcome, runSeed, scenarios } from './run.ts';

const { values } = parseArgs({
  options: {
    /** How many. */
    seeds: { type: 'string', default: '100' },
    /** The first one; alone it is the only one. */
    seed: { type: 'string' },
    /** One of run.ts; all of them by default. */
    scenario: { type: 'string', multiple: true },
    /** Lines of the trace to print of a seed that fails. */
    trace: { type: 'string', default: '60' },
    /** Stop at the first seed that fails. */
    bail: { type: 'boolean', default: false },
    /** Tell how often things happened. */
    counts: { type: 'boolean', default: false },
    /** Play every seed twice and compare. */
    twice: { type: 'boolean', default: false },
  },
});

const first = values.seed === undefined ? 1 : Number(values.seed);
const count = values.seed !== undefined && !process.argv.includes('--seeds') ? 1 : Number(values.seeds);
const names = values.scenario ?? Object.keys(scenarios);
const failed: Outcome[] = [];
const startedMs = performance.now();
let events = 0;
let virtualMs = 0;
const counts = new Map<string, number>();
play: for (let seed = first; seed < first + count; seed++) {
  for (const scenario of names) {
    const outcome = await runSeed(seed, scenario);
    events += outcome.events;
    virtualMs += outcome.virtualMs;
    for (const [what, times] of outcome.counts) counts.set(what, (counts.get(what) ?? 0) + times);
    if (outcome.failure !== undefined) await report(outcome);
    else if (values.twice) await compare(outcome);
    if (failed.length > 0 && values.bail) break play;
    if (count === 1) console.log(`${scenario} ${seed}: ${outcome.events} events, hash ${outcome.hash}`);
  }
}
const seconds = (performance.now() - startedMs) / 1000;
const seeds = count * names.length;
console.log(
  `${seeds - failed.length} of ${seeds} seeds pass (${names.join(', ')} from ${first}): ${events} events, ${Math.round(virtualMs / 1000)} virtual seconds in ${seconds.toFixed(1)} s, ${(seeds / seconds).toFixed(1)} seeds/s`,
);
if (values.counts)
  for (const [what, times] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) console.log(`  ${what}: ${times}`);
if (failed.length > 0) {
  for (const { scenario, seed, failure } of failed)
    console.log(`  --scenario ${scenario} --seed ${seed}  ${failure?.split('\n')[0]}`);
  process.exitCode = 1;
}

/** Played again, with its last lines kept. */
async function report({ seed, scenario }: Outcome): Promise<void> {
  const again = await runSeed(seed, scenario, Number(values.trace));
  failed.push(again);
  if (values.trace === '0') return;
  console.log(`\nFAILED --scenario ${scenario} --seed ${seed}\n${JSON.stringify(again.plan)}`);
  console.log(again.lines.slice(-Number(values.trace)).join('\n'));
  console.log(`${again.failure}\n`);
}

async function compare(outcome: Outcome): Promise<void> {
  const again = await runSeed(outcome.seed, outcome.scenario);
  if (again.hash === outcome.hash) return;
  failed.push({ ...outcome, failure: `not deterministic: ${outcome.hash}, then ${again.hash}` });
}

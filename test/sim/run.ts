import { raftScenario } from './raft/raft-scenario.ts';
import { storeScenario } from './store/store-scenario.ts';
import { type Plan, planOf, type Run } from './scenario.ts';
import { Network } from './world/network.ts';
import { Random } from './world/random.ts';
import { Scheduler } from './world/scheduler.ts';
import { sealed } from './world/sealed.ts';
import { Trace } from './world/trace.ts';

export const scenarios: Record<string, (run: Run) => void> = {
  raft: raftScenario,
  store: storeScenario,
};

export interface Outcome {
  seed: number;
  scenario: string;
  plan: Plan;
  /** The first thing that must not be. */
  failure: string | undefined;
  /** Equal for two runs of the same seed. */
  hash: string;
  events: number;
  virtualMs: number;
  /** The last of what happened, when asked for. */
  lines: string[];
  counts: ReadonlyMap<string, number>;
}

class Failed extends Error {}

/** One seed, from the first election to the last check. Depends on nothing but its arguments. */
export async function runSeed(seed: number, scenario: string, keepLines = 0): Promise<Outcome> {
  let rejection: Error | undefined;
  const onRejection = (reason: unknown): void => {
    rejection ??= reason instanceof Error ? reason : new Error(JSON.stringify(reason));
  };
  process.on('unhandledRejection', onRejection);
  try {
    const outcome = await sealed(() => play(seed, scenario, keepLines));
    // Rejections that nobody handles are told of after the turn.
    await new Promise((resolve) => setImmediate(resolve));
    if (rejection !== undefined) {
      outcome.failure ??= `a rejection that nobody handles: ${rejection.stack}`;
    }
    return outcome;
  } finally {
    process.off('unhandledRejection', onRejection);
  }
}

function play(seed: number, scenario: string, keepLines: number): Outcome {
  const begin = scenarios[scenario];
  if (!begin) throw new Error(`no scenario ${scenario}; there are ${Object.keys(scenarios).join(', ')}`);
  const random = new Random(seed);
  const plan = planOf(random.fork());
  const scheduler = new Scheduler();
  const trace = new Trace(keepLines);
  let failure: string | undefined;
  const finding = (what: string): void => {
    failure ??= what;
    trace.add(scheduler.nowMs, [], () => `FINDING ${what}`);
  };
  const network = new Network(scheduler, random.fork(), plan.network);
  const until: Run['until'] = (done, withinMs, what) => {
    const untilMs = scheduler.nowMs + withinMs;
    if (!scheduler.run(() => failure !== undefined || done(), untilMs))
      finding(`liveness: waited ${withinMs} ms for ${what}`);
    if (failure !== undefined) throw new Failed(failure);
  };
  try {
    begin({ world: { scheduler, network, random: random.fork(), trace, finding }, plan, until });
  } catch (error) {
    if (!(error instanceof Failed)) finding(`the simulation itself: ${(error as Error).stack}`);
  }
  return {
    seed,
    scenario,
    plan,
    failure,
    hash: trace.hash,
    events: scheduler.events,
    virtualMs: scheduler.nowMs,
    lines: trace.lines,
    counts: trace.counts,
  };
}

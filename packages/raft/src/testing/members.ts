import type { NodeId } from '../core/types.ts';
import type { Volume } from '../disk/disk.ts';
import { Runner, type RunnerOptions } from '../runner/runner.ts';
import { systemClock } from '../runner/system-clock.ts';
import type { Transport } from '../runner/types.ts';
import { eventually } from './eventually.ts';
import { ListMachine } from './list-machine.ts';

export interface TestMember {
  runner: Runner;
  machine: ListMachine;
  failures: unknown[];
}

const silent = { info() {}, warn() {}, error() {} };

/** A member that ticks rather fast, but not so fast that a busy machine makes it lose its leader. */
export async function openMember(
  id: NodeId,
  voters: NodeId[],
  volume: Volume,
  transport: Transport,
  options: Partial<RunnerOptions> = {},
): Promise<TestMember> {
  const machine = new ListMachine(volume, voters);
  const failures: unknown[] = [];
  const runner = await Runner.open({
    id,
    volume,
    machine,
    transport,
    log: silent,
    clock: systemClock,
    random: Math.random,
    tickMs: 50,
    onFailure: (error) => failures.push(error),
    ...options,
  });
  return { runner, machine, failures };
}

/** The one that leads the newest term, once all who are asked agree on it. */
export async function leaderOf(members: readonly TestMember[]): Promise<TestMember> {
  const statuses = () => members.map(({ runner }) => runner.status());
  await eventually(() => {
    const all = statuses();
    const leader = all.find(({ role }) => role === 'leader');
    return leader !== undefined && all.every((one) => one.leader === leader.id && one.term === leader.term);
  }, statuses);
  return members.find(({ runner }) => runner.status().role === 'leader') as TestMember;
}

/** Proposes it and waits until this member has applied it. */
export async function propose(member: TestMember, ...items: string[]): Promise<void> {
  const datas = items.map((item) => Buffer.from(item));
  await eventually(
    () => member.runner.propose(datas),
    () => member.runner.status(),
  );
  await applied([member], items.at(-1) as string);
}

export async function applied(members: readonly TestMember[], item: string): Promise<void> {
  await eventually(
    () => members.every(({ machine }) => machine.items.includes(item)),
    () => members.map(({ runner, machine }) => [runner.status(), machine.items.slice(-3)]),
  );
}

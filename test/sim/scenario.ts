import type { RaftLimits } from '@wherry/raft';
import type { World } from './world/cluster.ts';
import type { Fault, NemesisOptions } from './world/nemesis.ts';
import type { NetworkTemper } from './world/network.ts';
import type { Random } from './world/random.ts';

/** What a seed decides before anything happens. */
export interface Plan {
  members: number;
  clients: number;
  keys: number;
  /** Between two operations of a client. */
  thinkMs: number;
  tickMs: number;
  electionTicks: number;
  syncMs: number;
  clockDrift: number;
  network: NetworkTemper;
  faults: Partial<Record<Fault, number>>;
  faultEveryMs: number;
  faultLastsMs: number;
  /** How long it all goes wrong before it heals. */
  faultsMs: number;
  onLeader: NemesisOptions['onLeader'];
  splitAtChange: number;
  /** How often a new leader is asked at once to change the members. */
  changeAtLead: number;
  /** How often leadership is handed over while members change. */
  transferAtChange: number;
  slowHosts: number;
  /** In entries: small, so that snapshots are needed. */
  compaction: { maxEntries: number; keptEntries: number };
  raftLimits: Partial<RaftLimits>;
  watches: number;
  watchQueueEvents: number;
  cacheBytes: number;
}

export interface Run {
  world: World;
  plan: Plan;
  /** Lets virtual time pass until it is so; it is a finding if it does not come to be. */
  until(done: () => boolean, withinMs: number, what: string): void;
}

const allFaults: Fault[] = [
  'partition',
  'oneWay',
  'isolate',
  'kill',
  'killAll',
  'power',
  'powerAll',
  'stop',
  'pause',
  'slowDisk',
  'stall',
  'failingDisk',
  'damage',
  'clockJump',
  'transfer',
  'members',
  'loss',
];

/** Seeds differ in what goes wrong; some are of a kind that seldom comes by chance. */
export function planOf(random: Random): Plan {
  const plan = swarm(random);
  const kind = random.weighted({ swarm: 6, churn: 2, changes: 2 });
  if (kind === 'churn') return churn(plan, random);
  return kind === 'changes' ? changes(plan, random) : plan;
}

/** Leaders that fall one after the other, each with a log of its own that the others got only a part of. */
function churn(plan: Plan, random: Random): Plan {
  const fault = random.pick(['rotate', 'rotate', 'kill', 'isolate', 'power', 'partition'] as const);
  return {
    ...plan,
    members: fault === 'rotate' ? 3 : random.pick([3, 5]),
    clients: 4,
    thinkMs: 20,
    electionTicks: 5,
    syncMs: random.pick([0.3, 3]),
    network: { ...plan.network, latencyMs: random.pick([2, 10]), loss: 0, straggling: random.pick([0, 0.05]) },
    faults:
      fault === 'rotate' ? { transfer: 1, kill: 0.2 } : { kill: 1, isolate: 1, power: 0.5, loss: 0.3, powerAll: 0.2 },
    faultEveryMs: random.pick([400, 1500]),
    faultLastsMs: random.pick([300, 1200]),
    onLeader: { probability: fault === 'rotate' ? 1 : 0.8, fault },
    raftLimits: {
      maxMessageBytes: 1,
      maxInflightMessages: random.pick([1, 1, 3]),
      maxInflightBytes: 1000,
      maxHeldMessages: 100,
    },
  };
}

/** Members come and go all the time, and the network falls apart while they do. */
function changes(plan: Plan, random: Random): Plan {
  return {
    ...plan,
    members: random.pick([3, 4, 5, 5]),
    clients: 4,
    thinkMs: 20,
    electionTicks: 5,
    syncMs: 0.3,
    network: { ...plan.network, latencyMs: random.pick([2, 10]), loss: 0, straggling: 0 },
    faults: { members: 3, partition: 0.5, kill: 0.3, isolate: 0.3 },
    faultEveryMs: 300,
    faultLastsMs: 1500,
    onLeader: { probability: random.pick([0, 0.3, 0.7]), fault: random.pick(['isolate', 'partition', 'kill']) },
    splitAtChange: random.pick([0.2, 0.6]),
    changeAtLead: random.pick([0, 0.9, 0.9]),
    transferAtChange: random.pick([0, 0.5, 0.8]),
    slowHosts: 0,
  };
}

/**
 * Every seed has some faults and lacks others, so that those which hide one another also come alone (swarm testing:
 * Groce and others, 2012).
 */
function swarm(random: Random): Plan {
  const members = random.pick([1, 2, 3, 3, 3, 3, 3, 4, 5, 5]);
  const wild = random.chance(0.5);
  const faults: Partial<Record<Fault, number>> = {};
  const share = random.pick([0.1, 0.3, 0.6]);
  for (const fault of allFaults) if (random.chance(share)) faults[fault] = random.between(0.2, 2);
  const faultsMs = random.between(5_000, 20_000);
  const maxEntries = random.pick([5, 20, 60, 10_000]);
  return {
    members,
    clients: random.pick([2, 4, 8]),
    keys: random.pick([1, 2, 4]),
    thinkMs: random.pick([10, 50, 200]),
    tickMs: random.pick([50, 100]),
    electionTicks: random.pick([5, 10]),
    syncMs: random.pick([0.3, 1, 10]),
    clockDrift: random.pick([0, 0.001, 0.1, 0.3]),
    network: {
      latencyMs: random.pick([0.2, 1, 10]),
      loss: wild ? random.pick([0, 0.02, 0.1]) : 0,
      duplication: wild ? random.pick([0, 0.02, 0.2]) : 0,
      straggling: wild ? random.pick([0, 0.005, 0.05]) : 0,
      inOrder: random.chance(0.4),
      breaking: random.pick([0, 0.02, 0.2]),
    },
    faults,
    faultEveryMs: random.pick([100, 400, 1500]),
    faultLastsMs: random.pick([100, 600, 2500]),
    faultsMs,
    onLeader: {
      probability: random.pick([0, 0, 0.4, 0.8]),
      fault: random.pick(['kill', 'power', 'isolate', 'partition', 'pause']),
    },
    splitAtChange: random.pick([0, 0.5, 0.9]),
    changeAtLead: 0,
    transferAtChange: random.pick([0, 0, 0.3]),
    slowHosts: random.pick([0, 0, 0.4]),
    compaction: { maxEntries, keptEntries: Math.ceil(maxEntries / random.pick([2, 4, 100])) },
    raftLimits: random.chance(0.3)
      ? {
          maxMessageBytes: 100,
          maxInflightMessages: random.pick([1, 2, 50]),
          maxInflightBytes: random.pick([300, 1 << 20]),
          maxHeldMessages: 8,
        }
      : {},
    watches: random.below(6),
    watchQueueEvents: random.pick([10, 10_000]),
    cacheBytes: random.pick([0, 200, 1 << 20]),
  };
}

import { Runner, type Clock, type RaftStatus, type RunnerOptions, type Transport } from '@wherry/raft';
import type { Volume } from '@wherry/raft/disk';
import { Caretaker } from './caretaker.ts';
import type { Command } from './command.ts';
import type { Member } from './etcd-store.ts';
import { LeaseExpiry } from './lease-expiry.ts';
import { load, type Loaded } from './load.ts';
import { Membership } from './membership.ts';
import { defaultLimits, type Limits, type StoreLog } from './options.ts';
import { Proposer } from './proposer.ts';
import { Replica } from './replica.ts';
import { beginEntry } from './state.ts';
import { StorageError } from './storage.ts';
import { asStorageError } from './storage-error.ts';
import { Store } from './store.ts';

export type { Store };

/** How an empty data directory begins: with what all first members begin, or with nothing but where they are. */
export interface Beginning {
  type: 'new' | 'join';
  clusterId: number;
  members: Member[];
}

export interface MemberOptions
  extends Pick<RunnerOptions, 'tickMs' | 'electionTicks' | 'heartbeatTicks' | 'compaction'> {
  /** Closed with the store; also when opening fails. */
  volume: Volume;
  /** What is on it, when that was loaded already. */
  loaded?: Loaded | undefined;
  id: number;
  name: string;
  clientUrls: string[];
  beginning: Beginning;
  transport: Transport;
  clock: Clock;
  /** Evenly from [0, 1). */
  random: () => number;
  limits?: Partial<Limits> | undefined;
  log: StoreLog;
  /** The member has stopped for good; what was acknowledged can still be read. */
  onFailure?: ((error: StorageError) => void) | undefined;
}

/** The first entry of every log, as it were: what a new cluster begins with is its effect. */
const beginningEntry = { index: 1, term: 1, timeMs: 0 };
/** How long closing waits for what was proposed, and for somebody else to lead. */
const closeWaitMs = 2000;

/**
 * Opens one member of a store on what is there, or begins it. Rejects with StorageError; then nothing was changed.
 */
export async function openMember(options: MemberOptions): Promise<Store> {
  const { volume } = options;
  try {
    return await startMember(options, await begin(options));
  } catch (error) {
    await volume.close();
    throw asStorageError(error);
  }
}

async function begin({ volume, loaded: given, id, beginning, log }: MemberOptions): Promise<Loaded> {
  const loaded = given ?? (await load(volume.state));
  const { state, ledger } = loaded;
  if (state.clusterId === 0) {
    state.clusterId = beginning.clusterId;
    if (beginning.type === 'new') {
      state.members = beginning.members;
      const { members } = beginning;
      state.configuration = {
        voters: members.filter(({ isLearner }) => !isLearner).map((member) => member.id),
        learners: members.filter(({ isLearner }) => isLearner).map((member) => member.id),
      };
      // A store from before there was a log goes on where it stands.
      if (state.appliedIndex === 0) beginEntry(state, beginningEntry);
    }
    await volume.state.batch([ledger.seal(state)], { sync: true });
  }
  if (state.removed.includes(id)) throw removedError(id);
  log.info({ revision: state.revision, keys: state.index.size, applied: state.appliedIndex }, 'store-opened');
  return loaded;
}

async function startMember(options: MemberOptions, loaded: Loaded): Promise<Store> {
  const { volume, id, name, clientUrls, beginning, transport, clock, random, log } = options;
  const limits: Limits = { ...defaultLimits, ...options.limits };
  const origin = 1 + Math.floor(random() * (Number.MAX_SAFE_INTEGER - 1));
  const raft: Pick<RaftStatus, 'role' | 'term' | 'leader'> = { role: 'follower', term: 0, leader: 0 };
  const leads = (): boolean => raft.role === 'leader';
  const routines: { close(): void }[] = [];
  let runner: Runner | undefined;

  const proposer: Proposer = new Proposer({
    origin,
    clock,
    limits,
    send: (entries) => runner?.propose(entries) ?? false,
    term: () => raft.term,
    leads: (term) => leads() && raft.term === term,
  });
  let failed = false;
  const fail = (error: unknown): void => {
    if (failed) return;
    failed = true;
    log.error({ error: String(error) }, 'store-failed');
    for (const routine of routines) routine.close();
    const cause = asStorageError(error);
    proposer.close(new StorageError('unavailable', `the store takes no more writes: ${cause.message}`, { cause }));
    options.onFailure?.(cause);
  };
  const settle = async (command: Command): Promise<void> => {
    try {
      while ((await proposer.propose(command, 0)).type === 'more');
    } catch (error) {
      log.warn({ command: command.type, error: String(error) }, 'store-proposal-failed');
    }
  };
  /** Once what tells it is applied. */
  const leave = async (): Promise<void> => {
    await clock.turn();
    fail(removedError(id));
    await runner?.close();
  };
  const replica: Replica = new Replica({
    volume,
    loaded,
    clock,
    limits,
    origin,
    onAnswered: (sequence, answers) => proposer.applied(sequence, answers),
    onInstalled: (wasApplied) => proposer.appliedUnseen(wasApplied),
    onClusterChanged() {
      transport.setPeers(addressesOf(replica.state.members), replica.state.removed);
      if (replica.state.removed.includes(id)) void leave();
    },
    onDiverged: () => void settle({ type: 'alarm', action: 'raise', alarm: { member: id, type: 'corrupt' } }),
    onFailure(error) {
      fail(error);
      // Somebody whose disk works had better lead.
      void runner?.close();
    },
  });
  const state = () => replica.state;
  transport.setPeers(addressesOf(state().members.length > 0 ? state().members : beginning.members), state().removed);
  const { tickMs, electionTicks, heartbeatTicks, compaction } = options;
  const running = await Runner.open({
    id,
    volume,
    log,
    machine: replica,
    transport,
    clock,
    random,
    tickMs,
    electionTicks,
    heartbeatTicks,
    compaction,
    onChange({ role, term, leader }) {
      const lost = leader !== raft.leader || term !== raft.term;
      Object.assign(raft, { role, term, leader });
      if (lost && leader !== 0) proposer.leaderChanged();
    },
    onRemoved: () => void leave(),
    onFailure: fail,
  });
  runner = running;
  routines.push(
    new LeaseExpiry({
      state,
      clock,
      timeMs: () => running.clusterTimeMs(),
      revoke: (lease, expiredByMs) => settle({ type: 'leaseRevoke', id: lease, expiredByMs }),
    }),
    new Caretaker({
      memberId: id,
      name,
      clientUrls,
      clock,
      state,
      leads,
      chain: () => replica.chain,
      bytes: () => replica.size.bytes,
      quotaBytes: limits.quotaBytes,
      propose: settle,
    }),
  );
  const membership = new Membership({ state, runner: running, clock, random, timeoutMs: limits.proposalTimeoutMs });
  const store = new Store({
    id,
    replica,
    proposer,
    runner: running,
    membership,
    clock,
    limits,
    async close() {
      for (const routine of routines) routine.close();
      await within(clock, closeWaitMs, proposer.idle());
      if (leads() && state().configuration.voters.length > 1) await handOver(running, clock);
      proposer.close(closedError());
      await running.close();
      await replica.close();
      replica.watchers.closeAll(closedError());
      await volume.close();
    },
  });
  // Nobody else is needed: whoever has opened it finds it ready.
  const { voters } = state().configuration;
  if (voters.length === 1 && voters[0] === id) await store.linearize();
  return store;
}

/** To the one who has most of the log, so that nobody has to notice first that this member is gone. */
async function handOver(runner: Runner, clock: Clock): Promise<void> {
  const { progress, configuration } = runner.status();
  const able = progress.filter((peer) => peer.active && configuration.voters.includes(peer.id));
  const best = able.toSorted((a, b) => b.match - a.match)[0];
  if (best === undefined) return;
  runner.transferLeadership(best.id);
  const deadlineMs = clock.nowMs() + closeWaitMs;
  while (runner.status().role === 'leader' && clock.nowMs() < deadlineMs) {
    await new Promise<void>((resolve) => clock.after(10, resolve));
  }
}

async function within(clock: Clock, limitMs: number, work: Promise<void>): Promise<void> {
  let timer: { cancel(): void } | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = clock.after(limitMs, resolve);
  });
  await Promise.race([work, timeout]);
  timer?.cancel();
}

function addressesOf(members: readonly Member[]): Map<number, readonly string[]> {
  return new Map(members.map(({ id, peerUrls }) => [id, peerUrls]));
}

function removedError(id: number): StorageError {
  const remedy = 'to have it back, empty its data directory and add it again';
  return new StorageError('cluster', `member ${id.toString(16)} was removed from the cluster; ${remedy}`);
}

function closedError(): StorageError {
  return new StorageError('closed', 'the store is closed');
}

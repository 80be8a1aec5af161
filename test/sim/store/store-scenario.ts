import type { Store } from '@wherry/store';
import { type Beginning, openMember } from '@wherry/store/member';
import { checkLinearizability } from '../linearizability.ts';
import { RaftOracle } from '../raft/raft-oracle.ts';
import { registerModel } from '../register-model.ts';
import type { Run } from '../scenario.ts';
import { Cluster, type MemberParts } from '../world/cluster.ts';
import { Nemesis } from '../world/nemesis.ts';
import { hashOf } from '../world/trace.ts';
import { audit } from './audit.ts';
import { Client } from './client.ts';
import { HistoryCheck } from './history.ts';
import { Leases } from './leases.ts';
import { Membership } from './membership.ts';
import { MvccModel } from './mvcc-model.ts';
import { WatchClient, type WatchClientParts } from './watch-client.ts';
import { Workload } from './workload.ts';

const silent = { info: () => {}, warn: () => {}, error: () => {} };
const clusterId = 77;

/** The whole store: what clients of its members see, while everything goes wrong, against what was written. */
export function storeScenario({ world, plan, until }: Run): void {
  const { scheduler, random, network, finding, trace } = world;
  const oracle = new RaftOracle(finding);
  network.onSend = (message) => oracle.sent(message);
  network.onDeliver = (message) => {
    trace.count(`message ${message.type}`);
    trace.add(scheduler.nowMs, [message.from, message.to, message.term, hashOf(message.type)], () =>
      tellMessage(message),
    );
  };
  const model = new MvccModel(finding);
  const mayLack = (revision: number): boolean => revision <= client.compactionAsked;
  const founders = Array.from({ length: plan.members }, (_, i) => i + 1);
  const founding: Beginning = {
    type: 'new',
    clusterId,
    members: founders.map((id) => ({ id, name: `m${id}`, peerUrls: [`host-${id}`], clientUrls: [], isLearner: false })),
  };
  const open = async (parts: MemberParts): Promise<Store> => {
    const { id, volume, clock, transport, onFailure } = parts;
    const store = await openMember({
      id,
      name: `m${id}`,
      clientUrls: [],
      beginning: membership.beginning(id) ?? founding,
      volume,
      clock,
      transport,
      random: parts.random,
      tickMs: plan.tickMs,
      electionTicks: plan.electionTicks,
      compaction: plan.compaction,
      limits: { watchQueueEvents: plan.watchQueueEvents, cacheBytes: plan.cacheBytes, proposalTimeoutMs: 3000 },
      log: silent,
      onFailure,
    });
    if (parts.life.alive) audit(world, model, id, store, mayLack);
    return store;
  };
  const cluster = new Cluster<Store>(world, {
    open,
    close: (store) => store[Symbol.asyncDispose](),
    onFailed: (id, error) => membership.left(id, error),
    onRefused: (id, error) => membership.left(id, error),
    verified: ['log', 'state'],
    syncMs: plan.syncMs,
    slowHosts: plan.slowHosts,
    clockDrift: plan.clockDrift,
  });
  const client = new Client(world, cluster);
  const leases = new Leases(world, client);
  const workload = new Workload(world, client, leases, plan);
  const membership = new Membership(world, cluster, client, clusterId);
  for (const id of founders) cluster.addHost(id);
  for (const host of cluster.hosts.values()) cluster.start(host);

  const nemesis = new Nemesis(world, cluster, {
    weights: plan.faults,
    everyMs: plan.faultEveryMs,
    lastsMs: plan.faultLastsMs,
    untilMs: plan.faultsMs,
    maxJumpMs: 3000,
    onLeader: plan.onLeader,
    splitAtChange: plan.splitAtChange,
    leader: () => oracle.leader,
    transfer: () => void membership.transfer(),
    changeMembers: () => membership.change(),
  });
  oracle.onLeader = (leader) => nemesis.leads(leader);
  oracle.onChange = () => {
    nemesis.membersChange();
    if (scheduler.nowMs < plan.faultsMs && random.chance(plan.transferAtChange)) void membership.transfer();
  };
  const watches = ['', 't/', 'r/', 't/c/', 'l/'].slice(0, plan.watches).map((prefix, i) => {
    const slowMs = random.chance(0.3) ? random.pick([1, 50, 400]) : 0;
    const pick: WatchClientParts['pick'] = () => {
      const host = client.pick();
      const running = host?.running;
      if (!host || !running?.member) return undefined;
      return { store: running.member, life: running.life, isAlive: () => host.running === running };
    };
    return new WatchClient(
      { name: `watch ${i} of '${prefix}'`, world, prefix, slowMs, pick, compactionAsked: () => client.compactionAsked },
      2,
    );
  });
  let ended = false;
  const tend = async (): Promise<void> => {
    while (!ended) {
      await scheduler.sleep(random.between(5, 60));
      for (const watch of watches) {
        if (scheduler.nowMs < plan.faultsMs && random.chance(0.02)) watch.leave();
        watch.tend();
      }
    }
  };
  void tend();
  let atWork = plan.clients;
  for (let i = 0; i < plan.clients; i++) void workload.run().then(() => atWork--);
  let struck = false;
  void nemesis.run().then(() => {
    struck = true;
  });
  until(() => struck && atWork === 0, plan.faultsMs + 90_000, 'the clients to end');

  nemesis.heal();
  let recovered = false;
  const recover = async (): Promise<void> => {
    while (!recovered) {
      await scheduler.sleep(100);
      membership.startMissing();
      const voters = membership.voters();
      const host = voters.length > 0 ? random.pick(voters) : undefined;
      if (!host) continue;
      const done = await client.transact(host, {
        compares: [],
        success: [{ type: 'put', key: 't/end', value: workload.value() }],
      });
      recovered = done !== undefined;
    }
  };
  void recover();
  until(() => recovered, 40_000, 'a write after all has healed');
  const upToDate = (): boolean =>
    membership.voters().length > 0 &&
    membership.voters().every(({ running }) => running?.member?.status().revision === model.revision);
  until(() => membership.complete() && upToDate(), 30_000, 'all members to be up to date');
  until(() => model.list('', model.revision).every(({ lease }) => lease === 0), 30_000, 'all leases to end');
  until(() => watches.every(({ next }) => next > model.revision), 30_000, 'all watches to be in step');
  until(upToDate, 20_000, 'all members to be up to date once more');
  let read = 0;
  const last = membership.voters();
  for (const host of last) {
    void client.read(host, { type: 'list', key: '', revision: 0, linearizable: true }).then(() => read++);
    void client.read(host, { type: 'list', key: '', revision: model.revision, linearizable: false }).then(() => read++);
  }
  until(() => read === 2 * last.length, 20_000, 'the last reads');
  ended = true;

  const check = new HistoryCheck(model, finding);
  for (const call of client.transactions) check.transaction(call);
  for (const call of client.reads) check.read(call);
  const unsettled = client.transactions
    .filter(({ outcome }) => outcome.type === 'unknown')
    .map(({ request }) => request);
  check.everyRevision(client.transactions, unsettled, (revision) =>
    leases.explains(model, revision, model.seenMsAt(revision), { jumpedMs: nemesis.jumpedMs, drift: plan.clockDrift }),
  );
  for (const watch of watches) watch.check(model);
  for (const { host, member } of cluster.members()) {
    const { proposalsPending } = member.stats();
    if (proposalsPending > 5) finding(`${proposalsPending} proposals of ${host.id} are still waiting`);
  }
  for (let i = 0; i < plan.keys; i++) {
    const key = `r/${i}`;
    const operations = workload.registers.filter(
      (op) => op.key === key && (op.output !== undefined || op.input.type !== 'read'),
    );
    const verdict = checkLinearizability(registerModel, operations, 100_000);
    trace.count(`linearizable ${verdict.linearizable}`);
    if (verdict.linearizable === false)
      finding(
        `linearizability: ${key}: no order of ${operations.length} operations; stuck after ${JSON.stringify(verdict.longest.slice(-3))}`,
      );
  }
}

function tellMessage(message: object): string {
  return JSON.stringify(message, (key, value: unknown) => (key === 'data' ? '...' : value));
}

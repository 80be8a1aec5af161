import { type ConfigurationChange, Runner } from '@wherry/raft';
import { checkLinearizability, type Operation } from '../linearizability.ts';
import { type RegisterInput, type RegisterOutput, registerModel } from '../register-model.ts';
import type { Run } from '../scenario.ts';
import { Cluster, type MemberParts } from '../world/cluster.ts';
import { Nemesis } from '../world/nemesis.ts';
import type { Life } from '../world/scheduler.ts';
import { hashOf } from '../world/trace.ts';
import { RaftOracle } from './raft-oracle.ts';
import { type RegisterCommand, RegisterMachine } from './register-machine.ts';

interface RaftMember {
  runner: Runner;
  machine: RegisterMachine;
  life: Life;
}

type Op = Operation<RegisterInput, RegisterOutput> & { key: string };

const silent = { info: () => {}, warn: () => {}, error: () => {} };
const answerWithinMs = 4000;

/** Raft alone, under the smallest state machine there is: elections, the log, members, snapshots, ReadIndex. */
export function raftScenario({ world, plan, until }: Run): void {
  const { scheduler, random, network, finding, trace } = world;
  const oracle = new RaftOracle(finding);
  network.onSend = (message) => oracle.sent(message);
  network.onDeliver = (message) => {
    trace.count(`message ${message.type}`);
    trace.add(scheduler.nowMs, [message.from, message.to, message.term, hashOf(message.type)], () =>
      JSON.stringify(message),
    );
  };
  const founders = Array.from({ length: plan.members }, (_, i) => i + 1);
  const addresses = (): Map<number, string[]> => new Map([...cluster.hosts.keys()].map((id) => [id, [`host-${id}`]]));

  const open = async (parts: MemberParts): Promise<RaftMember> => {
    const { id, volume, clock, transport, onFailure } = parts;
    const machine = new RegisterMachine(volume, founders, (committed) => oracle.applied(id, committed));
    transport.setPeers(addresses(), []);
    const runner = await Runner.open({
      id,
      volume,
      clock,
      transport,
      machine,
      log: silent,
      random: parts.random,
      tickMs: plan.tickMs,
      electionTicks: plan.electionTicks,
      compaction: plan.compaction,
      limits: plan.raftLimits,
      onFailure: (error) => onFailure(error as Error),
    });
    return { runner, machine, life: parts.life };
  };
  const cluster = new Cluster<RaftMember>(world, {
    open,
    close: ({ runner }) => runner.close(),
    onFailed: (id, error) => finding(`member ${id} failed though its disk is well: ${error.stack}`),
    onRefused: (id, error) => finding(`member ${id} does not start: ${error.stack}`),
    verified: ['log'],
    syncMs: plan.syncMs,
    slowHosts: plan.slowHosts,
    clockDrift: plan.clockDrift,
  });
  for (const id of founders) cluster.addHost(id);
  for (const host of cluster.hosts.values()) cluster.start(host);

  // Clients
  const history: Op[] = [];
  let moment = 0;
  let lastId = 0;
  const perform = async (member: RaftMember, key: string, input: RegisterInput, withinMs: number): Promise<boolean> => {
    const op: Op = { key, input, called: ++moment, returned: Number.POSITIVE_INFINITY };
    const id = ++lastId;
    history.push(op);
    const output = await new Promise<RegisterOutput | undefined>((resolve) => {
      scheduler.after(withinMs, undefined, () => resolve(undefined));
      scheduler.after(0.1, member.life, () => void ask(member, id, key, input).then(resolve));
    });
    member.machine.answers.delete(id);
    trace.add(
      scheduler.nowMs,
      [id, output ? 1 : 0],
      () => `op ${id} ${key} ${JSON.stringify(input)} -> ${JSON.stringify(output)}`,
    );
    trace.count(`${input.type} ${output === undefined ? 'unknown' : output.ok ? 'done' : 'refused'}`);
    if (output === undefined) return false;
    op.output = output;
    op.returned = ++moment;
    return true;
  };
  const ask = async (
    { runner, machine }: RaftMember,
    id: number,
    key: string,
    input: RegisterInput,
  ): Promise<RegisterOutput | undefined> => {
    if (input.type === 'read') {
      try {
        const index = await runner.readIndex();
        if (machine.appliedIndex < index) finding(`readIndex() gave ${index} before it was applied`);
      } catch {
        return undefined;
      }
      return { ok: true, value: machine.value(key) };
    }
    const command: RegisterCommand = { id, key, input };
    const answered = new Promise<RegisterOutput>((resolve) => machine.answers.set(id, resolve));
    if (!runner.propose([Buffer.from(JSON.stringify(command))])) return undefined;
    return answered;
  };
  const draw = (client: number, n: number): RegisterInput => {
    const value = `${client}.${n}`;
    const kind = random.weighted({ write: 3, read: 4, swap: 2 });
    if (kind === 'read') return { type: 'read' };
    if (kind === 'write') return { type: 'write', value };
    const seen = history.findLast((op) => op.input.type !== 'read')?.input;
    return {
      type: 'swap',
      from: seen?.type === 'write' ? seen.value : seen?.type === 'swap' ? seen.to : undefined,
      to: value,
    };
  };
  const client = async (number: number): Promise<void> => {
    for (let n = 0; scheduler.nowMs < plan.faultsMs; n++) {
      await scheduler.sleep(Math.min(random.tail(plan.thinkMs), 2000));
      const members = cluster.members();
      if (members.length === 0) continue;
      await perform(random.pick(members).member, `k${random.below(plan.keys)}`, draw(number, n), answerWithinMs);
    }
  };

  // Members
  let nextId = plan.members + 1;
  const change = (type: ConfigurationChange['type'], id: number): void => {
    cluster.note(id, type);
    const leader = cluster.members().find(({ member }) => member.runner.status().role === 'leader');
    const member = leader && random.chance(0.7) ? leader : random.pick(cluster.members());
    member.member.runner.changeConfiguration({ type, id, context: new Uint8Array(0) });
  };
  const changeMembers = async (): Promise<void> => {
    const leader = cluster.members().find(({ member }) => member.runner.status().role === 'leader');
    if (!leader) return;
    const { voters, learners } = leader.member.runner.status().configuration;
    const kind = random.pick(['promote', 'add', 'add', 'remove', 'several']);
    if (kind === 'promote' && learners.length > 0) {
      for (const id of learners) change('promote', id);
    } else if (kind === 'remove' && voters.length + learners.length > 1) {
      change('remove', random.pick([...voters, ...learners]));
    } else if (kind === 'several') {
      // One after the other, as fast as they are taken.
      for (let i = 0; i < 8; i++) {
        const id = random.pick([...voters, ...learners]);
        change(learners.includes(id) ? 'promote' : voters.length > 3 ? 'remove' : 'update', id);
        await scheduler.sleep(random.between(0, 5));
      }
    } else if (voters.length + learners.length < 6) {
      const host = cluster.addHost(nextId++);
      for (const { host: other } of cluster.members()) network.setPeers(other.id, addresses());
      change(random.chance(0.3) ? 'addVoter' : 'addLearner', host.id);
      cluster.start(host);
    }
    await scheduler.sleep(random.between(0, 500));
  };
  const transfer = (): void => {
    const from = cluster.members().find(({ member }) => member.runner.status().role === 'leader');
    if (from) from.member.runner.transferLeadership(random.pick([...cluster.hosts.keys()]));
  };
  const nemesis = new Nemesis(world, cluster, {
    weights: plan.faults,
    everyMs: plan.faultEveryMs,
    lastsMs: plan.faultLastsMs,
    untilMs: plan.faultsMs,
    maxJumpMs: 3000,
    onLeader: plan.onLeader,
    splitAtChange: plan.splitAtChange,
    leader: () => oracle.leader,
    transfer,
    changeMembers,
  });
  oracle.onLeader = (leader) => {
    nemesis.leads(leader);
    if (scheduler.nowMs > plan.faultsMs || !random.chance(plan.changeAtLead)) return;
    scheduler.after(random.pick([0, 0, random.between(0, 2 * plan.network.latencyMs)]), undefined, () => {
      const member = cluster.hosts.get(leader)?.running?.member;
      const { voters, learners } = member?.runner.status().configuration ?? { voters: [], learners: [] };
      const id = random.pick([...voters, ...learners, 0]);
      const type = learners.includes(id) ? 'promote' : 'remove';
      if (id !== 0 && (type === 'promote' || voters.length > 2)) {
        cluster.note(id, `${type} at once`);
        member?.runner.changeConfiguration({ type, id, context: new Uint8Array(0) });
      }
    });
  };
  oracle.onChange = () => {
    nemesis.membersChange();
    if (scheduler.nowMs > plan.faultsMs || !random.chance(plan.transferAtChange)) return;
    scheduler.after(random.between(0, plan.network.latencyMs), undefined, transfer);
  };

  let clientsDone = 0;
  for (let i = 0; i < plan.clients; i++) void client(i).then(() => clientsDone++);
  let struck = false;
  void nemesis.run().then(() => {
    struck = true;
  });
  until(() => struck && clientsDone === plan.clients, plan.faultsMs + 2 * answerWithinMs, 'the clients to end');

  // All heals: then it works again, and soon.
  nemesis.heal();
  let recovered = false;
  const recover = async (): Promise<void> => {
    for (let n = 0; !recovered; n++) {
      await scheduler.sleep(50);
      const members = cluster
        .members()
        .filter(({ host, member }) => member.runner.status().configuration.voters.includes(host.id));
      const leader = cluster.members().find(({ member }) => member.runner.status().role === 'leader');
      if (!leader || members.length === 0) continue;
      const voters = new Set(leader.member.runner.status().configuration.voters);
      if (await perform(random.pick(members).member, `k${n % plan.keys}`, { type: 'write', value: `end.${n}` }, 1500)) {
        const behind = cluster
          .members()
          .filter(({ host, member }) => voters.has(host.id) && member.machine.appliedIndex < oracle.highestApplied);
        recovered = behind.length === 0 && n > plan.keys;
      }
    }
  };
  void recover();
  until(() => recovered, 40_000, 'a write after all has healed');
  let read = false;
  void Promise.all(
    Array.from({ length: plan.keys }, (_, i) =>
      perform(random.pick(cluster.members()).member, `k${i}`, { type: 'read' }, 9000),
    ),
  ).then(() => {
    read = true;
  });
  until(() => read, 10_000, 'the last reads');

  for (let i = 0; i < plan.keys; i++) {
    const key = `k${i}`;
    const operations = history.filter((op) => op.key === key && (op.output !== undefined || op.input.type !== 'read'));
    const verdict = checkLinearizability(registerModel, operations, 200_000);
    trace.count(`linearizable ${verdict.linearizable}`);
    if (verdict.linearizable === false) {
      finding(
        `linearizability: ${key}: no order of ${operations.length} operations; stuck after ${JSON.stringify(verdict.longest.slice(-3))}`,
      );
    }
  }
}

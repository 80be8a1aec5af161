import type { Configuration, ConfigurationChange, Message, NodeId } from '../types.ts';
import { Checker } from './checker.ts';
import { RandomSource } from './random-source.ts';
import { TestMember } from './test-member.ts';

const maxMembers = 8;
const maxOnTheWay = 60;

/**
 * A cluster to which anything happens that may: messages are lost, repeated and reordered, links fail in one direction,
 * members crash with what their disk had not written, configurations change. All by one seed. In the end everything
 * heals, and the cluster must come to an agreement and still work.
 */
export class Chaos {
  readonly checker = new Checker();
  readonly #random: RandomSource;
  readonly #members = new Map<NodeId, TestMember>();
  readonly #cut = new Set<string>();
  #network: Message[] = [];
  #nowMs = 0;
  #hurrying: NodeId = 0;
  #count = 0;
  /** How bad this seed's world is. */
  readonly #weights;
  readonly #limits;
  readonly #electionTicks: number;

  constructor(seed: number) {
    this.#random = new RandomSource(seed);
    const random = this.#random;
    this.#electionTicks = random.pick([2, 3, 5, 10]);
    this.#limits = {
      maxMessageBytes: random.pick([1, 100, 1000, 1_000_000]),
      maxInflightMessages: random.pick([1, 2, 8, 256]),
      maxUncommittedBytes: random.pick([100, 1000, 1_000_000]),
      maxReadRounds: random.pick([1, 2, 8]),
      maxHeldMessages: random.pick([3, 100]),
    };
    const some = (most: number): number => (random.chance(0.3) ? 0 : random.next() * most);
    this.#weights = {
      tick: 10 + random.next() * 20,
      deliver: 60,
      turn: some(40),
      startWrite: 15,
      finishWrite: 5 + random.next() * 20,
      apply: 5 + random.next() * 15,
      propose: 10,
      read: 6,
      drop: some(8),
      repeat: some(4),
      cut: some(1),
      isolate: some(1),
      heal: 0.2 + random.next() * 0.6,
      hurry: 0.5,
      crash: some(1.5),
      start: 4,
      save: 2,
      compact: some(2),
      campaign: some(1.5),
      transfer: some(1),
      change: some(3),
      unreachable: some(0.5),
    };
    const voters = Array.from({ length: 1 + random.below(5) }, (_, i) => i + 1);
    for (const id of voters) this.#add(id, { voters, learners: [] });
  }

  run(steps: number): void {
    for (let step = 0; step < steps; step++) this.#step();
    this.#settle();
  }

  #step(): void {
    const random = this.#random;
    const action = random.weighted(this.#weights);
    const member = action === 'tick' ? this.#nextToTick() : random.pick([...this.#members.values()]);
    this.#nowMs += random.below(50);
    if (action === 'deliver') this.#deliverSome();
    else if (action === 'drop') this.#network.splice(random.below(this.#network.length), 1).forEach(this.#failed);
    else if (action === 'repeat' && this.#network.length > 0) this.#send([{ ...random.pick(this.#network) }]);
    else if (action === 'cut') this.#cut.add(link(member.id, 1 + random.below(this.#members.size)));
    else if (action === 'isolate') this.#isolate(member.id);
    else if (action === 'heal') this.#cut.clear();
    else if (action === 'hurry') this.#hurrying = member.id;
    else if (action === 'start' && member.raft === undefined) member.start();
    else if (action === 'crash') member.crash();
    else if (member.raft !== undefined) this.#act(action, member, member.raft);
    if (member.raft !== undefined) this.#send(member.raft.takeMessages());
    this.checker.observe(member);
  }

  #act(action: string, member: TestMember, raft: NonNullable<TestMember['raft']>): void {
    const random = this.#random;
    if (action === 'tick') raft.tick(this.#nowMs);
    else if (action === 'turn') this.#turn(member);
    else if (action === 'startWrite') member.startWrite();
    else if (action === 'finishWrite') this.#finishWrite(member);
    else if (action === 'apply') member.apply(random.pick([1, 200, 10_000]));
    else if (action === 'propose') raft.propose(this.#datas(), this.#nowMs);
    else if (action === 'read') this.#read(member, raft);
    else if (action === 'save') member.save();
    else if (action === 'compact') member.compact(member.log.compacted.index + 1 + random.below(10));
    else if (action === 'campaign') raft.campaign(this.#nowMs);
    else if (action === 'transfer') raft.transferLeadership(1 + random.below(this.#members.size));
    else if (action === 'change') this.#change(raft);
    else if (action === 'unreachable') raft.reportUnreachable(1 + random.below(this.#members.size));
  }

  /** The clock of one member runs faster than the others', which may sleep. */
  #nextToTick(): TestMember {
    const hurrying = this.#members.get(this.#hurrying);
    return hurrying !== undefined && this.#random.chance(0.7)
      ? hurrying
      : this.#random.pick([...this.#members.values()]);
  }

  #isolate(id: NodeId): void {
    for (let other = 1; other <= maxMembers; other++) this.#cut.add(link(id, other)).add(link(other, id));
  }

  #datas(): Uint8Array[] {
    return Array.from({ length: 1 + this.#random.below(3) }, () => new Uint8Array(Buffer.from(`p${this.#count++}`)));
  }

  #read(member: TestMember, raft: NonNullable<TestMember['raft']>): void {
    const context = this.#count++;
    this.checker.onRead(member, context);
    raft.readIndex(context);
  }

  #change(raft: NonNullable<TestMember['raft']>): void {
    const random = this.#random;
    const type = random.pick<ConfigurationChange['type']>(['addVoter', 'addLearner', 'promote', 'remove', 'update']);
    let id = 1 + random.below(this.#members.size);
    if (type === 'addVoter' || type === 'addLearner') {
      // An id is never used again.
      if (this.#members.size >= maxMembers || raft.role !== 'leader') return;
      id = this.#members.size + 1;
    }
    const accepted = raft.changeConfiguration({ type, id, context: new Uint8Array(0) }, this.#nowMs);
    if (accepted && id > this.#members.size) this.#add(id, { voters: [], learners: [] });
  }

  #add(id: NodeId, configuration: Configuration): void {
    this.#members.set(
      id,
      new TestMember({
        id,
        configuration,
        random: this.#random.next,
        electionTicks: this.#electionTicks,
        limits: this.#limits,
        onCommitted: (member, committed) => this.checker.onCommitted(member, committed),
      }),
    );
  }

  #turn(member: TestMember): void {
    member.startWrite();
    this.#finishWrite(member);
    member.apply();
  }

  #deliverSome(): void {
    const random = this.#random;
    for (let left = 1 + random.below(6); left > 0; left--) {
      this.#deliver(random.chance(0.7) ? 0 : random.below(this.#network.length));
    }
  }

  #finishWrite(member: TestMember): void {
    const { writing } = member;
    if (writing === undefined) return;
    const messages = member.finishWrite();
    if (writing.snapshot !== undefined) this.checker.onSnapshot(member);
    this.checker.onWritten(member, writing.entries);
    this.#send(messages);
  }

  #send(messages: readonly Message[]): void {
    for (const message of messages) {
      const lost = this.#cut.has(link(message.from, message.to)) || this.#network.length >= maxOnTheWay;
      if (lost) this.#failed(message);
      else this.#network.push(message);
    }
  }

  #deliver(at: number): void {
    const [message] = this.#network.splice(at, 1);
    if (message === undefined) return;
    const member = this.#members.get(message.to);
    if (member?.raft === undefined) return this.#failed(message);
    member.raft.step(message, this.#nowMs);
    if (message.type === 'snapshot') this.#members.get(message.from)?.raft?.reportSnapshot(message.to, true);
    this.#send(member.raft.takeMessages());
    this.checker.observe(member);
  }

  readonly #failed = (message: Message): void => {
    if (message.type === 'snapshot') this.#members.get(message.from)?.raft?.reportSnapshot(message.to, false);
  };

  /** Liveness: once nothing fails any more, the members agree on a leader and on everything, and go on. */
  #settle(): void {
    this.#cut.clear();
    for (const member of this.#members.values()) if (member.raft === undefined) member.start();
    let last = { index: 0, term: 0 };
    for (let round = 0; round < 400; round++) {
      this.#calm();
      const leader = this.#leader();
      if (leader?.raft === undefined) continue;
      if (last.term === leader.raft.term && this.#agree(leader, last.index)) return;
      if (last.term !== leader.raft.term && leader.raft.propose([new Uint8Array([1])], this.#nowMs)) {
        last = { index: leader.raft.status().lastIndex, term: leader.raft.term };
      }
    }
    const states = [...this.#members.values()].map((member) => JSON.stringify(member.raft?.status()));
    throw new Error(`the members do not come to an agreement:\n${states.join('\n')}`);
  }

  #leader(): TestMember | undefined {
    const leaders = [...this.#members.values()].filter(({ raft }) => raft?.role === 'leader');
    return leaders.toSorted((a, b) => (b.raft?.term ?? 0) - (a.raft?.term ?? 0))[0];
  }

  #agree({ mark }: TestMember, least: number): boolean {
    const { voters, learners } = mark.configuration;
    return (
      mark.index >= least && [...voters, ...learners].every((id) => this.#members.get(id)?.mark.index === mark.index)
    );
  }

  /** A tick for everyone, and as many messages as follow from it. */
  #calm(): void {
    this.#nowMs += 100;
    for (const member of this.#members.values()) {
      member.raft?.tick(this.#nowMs);
      this.checker.observe(member);
    }
    for (let turn = 0; turn < 8; turn++) {
      for (const member of this.#members.values()) {
        if (member.raft === undefined) continue;
        this.#send(member.raft.takeMessages());
        this.#turn(member);
        this.checker.observe(member);
      }
      for (let left = this.#network.length; left > 0; left--) this.#deliver(0);
    }
  }
}

function link(from: NodeId, to: NodeId): string {
  return `${from} ${to}`;
}

import type { RaftLimits } from '../limits.ts';
import type { Raft } from '../raft.ts';
import type { ConfigurationChange, Message, NodeId } from '../types.ts';
import { TestMember } from './test-member.ts';
import { configurationText, entriesText, markText, messageText, statusText } from './trace.ts';

/**
 * Plays a file of commands, and writes down everything that happens. Every member's disk and state machine, and the
 * network between them, are in memory; messages arrive in order. The commands, one a line after `> `:
 *
 * cluster N [learners N] [LIMIT=N]   members 1.. of a new cluster, voters first; n's election timeout is 9 + n ticks
 * lead ID                   it campaigns, and everything runs, without a word
 * join ID                   starts a member that is in no configuration yet
 * tick ID [TIMES]           campaign ID        propose ID DATA...     read ID CONTEXT
 * change ID TYPE MEMBER     transfer ID TO     compact ID INDEX       status [ID...]
 * run                       until nothing moves: writes, sends, delivers, applies; with `run N` for N rounds only
 * slow ID | write ID        its disk finishes nothing any more | finishes one write, and is fast again
 * cut A B | isolate ID | heal   messages between them are lost
 * crash ID | start ID
 */
export class Scenario {
  readonly #members = new Map<NodeId, TestMember>();
  /** What was last written down of each. */
  readonly #roles = new Map<NodeId, string>();
  readonly #slow = new Set<NodeId>();
  readonly #cut = new Set<string>();
  #limits: Partial<RaftLimits> = {};
  #network: Message[] = [];
  #trace: string[] = [];
  #nowMs = 1000;

  static play(text: string): string {
    const scenario = new Scenario();
    const played: string[] = [];
    for (const line of text.split('\n')) {
      if (line.startsWith('> ')) played.push(line, ...scenario.#command(line.slice(2).split(' ')));
      else if (line.startsWith('#') || line === '') played.push(line);
    }
    return played.join('\n');
  }

  #command([name = '', ...words]: string[]): string[] {
    this.#trace = [];
    const numbers = words.map(Number);
    const [first = 0, second = 0] = numbers;
    if (name === 'cluster') this.#cluster(first, words.slice(1));
    else if (name === 'lead') this.#lead(first);
    else if (name === 'join') this.#add(first, [], []);
    else if (name === 'tick') this.#tick(first, second || 1);
    else if (name === 'campaign') this.#raft(first).campaign(this.#nowMs);
    else if (name === 'propose') this.#propose(first, words.slice(1));
    else if (name === 'read') this.#say(first, this.#raft(first).readIndex(second));
    else if (name === 'change') this.#change(first, words[1] as ConfigurationChange['type'], numbers[2] ?? 0);
    else if (name === 'transfer') this.#raft(first).transferLeadership(second);
    else if (name === 'compact') this.#member(first).compact(second);
    else if (name === 'status') this.#status(numbers);
    else if (name === 'run') this.#run(first || 1000);
    else if (name === 'slow') this.#slow.add(first);
    else if (name === 'write') this.#write(first);
    else if (name === 'cut') this.#cut.add(pair(first, second));
    else if (name === 'isolate') for (const id of this.#members.keys()) this.#cut.add(pair(first, id));
    else if (name === 'heal') this.#cut.clear();
    else if (name === 'crash') this.#member(first).crash();
    else if (name === 'start') this.#member(first).start();
    else throw new Error(`unknown command ${name}`);
    return this.#trace.map((line) => `  ${line}`);
  }

  #cluster(voters: number, words: string[]): void {
    for (const state of [this.#members, this.#roles, this.#slow, this.#cut]) state.clear();
    this.#network = [];
    const learners = words[0] === 'learners' ? Number(words[1]) : 0;
    this.#limits = Object.fromEntries(words.filter((word) => word.includes('=')).map(limit));
    const ids = Array.from({ length: voters + learners }, (_, i) => i + 1);
    for (const id of ids) this.#add(id, ids.slice(0, voters), ids.slice(voters));
  }

  #add(id: NodeId, voters: NodeId[], learners: NodeId[]): void {
    const member = new TestMember({
      id,
      configuration: { voters, learners },
      limits: this.#limits,
      random: () => (id - 0.5) / 10,
      onCommitted: (_, { entry, configuration }) => {
        const change = entry.type === 'config' ? ` ${configurationText(configuration)}` : '';
        this.#trace.push(`${id} applies ${entriesText([entry])}${change}`);
      },
    });
    this.#members.set(id, member);
  }

  #lead(id: NodeId): void {
    this.#raft(id).campaign(this.#nowMs);
    this.#run(1000);
    this.#trace = [];
  }

  #tick(id: NodeId, times: number): void {
    for (let i = 0; i < times; i++) {
      this.#nowMs += 100;
      this.#raft(id).tick(this.#nowMs);
    }
  }

  #propose(id: NodeId, words: string[]): void {
    const datas = words.map((word) => new Uint8Array(Buffer.from(word)));
    this.#say(id, this.#raft(id).propose(datas, this.#nowMs));
  }

  #change(id: NodeId, type: ConfigurationChange['type'], target: NodeId): void {
    const change = { type, id: target, context: new Uint8Array(0) };
    this.#say(id, this.#raft(id).changeConfiguration(change, this.#nowMs));
  }

  #say(id: NodeId, accepted: boolean): void {
    if (!accepted) this.#trace.push(`${id} refuses`);
  }

  #status(ids: NodeId[]): void {
    for (const member of this.#members.values()) {
      if (ids.length > 0 && !ids.includes(member.id)) continue;
      this.#trace.push(member.raft === undefined ? `${member.id}: down` : statusText(member.raft.status()));
    }
  }

  #run(rounds: number): void {
    for (let round = 0; round < rounds; round++) {
      let moved = false;
      for (const member of this.#members.values()) if (this.#turn(member)) moved = true;
      const arriving = this.#network;
      this.#network = [];
      for (const message of arriving) this.#deliver(message);
      if (!moved && arriving.length === 0) return;
    }
  }

  #turn(member: TestMember): boolean {
    const { raft, id } = member;
    if (raft === undefined) return false;
    this.#network.push(...raft.takeMessages());
    let moved = member.startWrite();
    if (!this.#slow.has(id)) this.#finishWrite(member);
    if (member.apply() > 0) moved = true;
    for (const { context, index } of raft.takeReads()) this.#trace.push(`${id} reads ${context} at ${index}`);
    this.#noticeRole(member, raft);
    return moved;
  }

  #noticeRole({ id }: TestMember, { role, term }: Raft): void {
    const now = `${id} is ${role} of term ${term}`;
    if (this.#roles.get(id) !== now) this.#trace.push(now);
    this.#roles.set(id, now);
  }

  #write(id: NodeId): void {
    this.#slow.delete(id);
    this.#finishWrite(this.#member(id));
  }

  #finishWrite(member: TestMember): void {
    const { writing: ready } = member;
    if (ready === undefined) return;
    const { snapshot, entries, hardState } = ready;
    const parts = [
      ...(snapshot === undefined ? [] : [`snapshot ${markText(snapshot)}`]),
      ...(entries.length === 0 ? [] : [`[${entriesText(entries)}]`]),
      ...(hardState === undefined ? [] : [`term=${hardState.term} vote=${hardState.vote} commit=${hardState.commit}`]),
    ];
    if (parts.length > 0) this.#trace.push(`${member.id} writes ${parts.join(' ')}`);
    this.#network.push(...member.finishWrite());
  }

  #deliver(message: Message): void {
    const { from, to } = message;
    const raft = this.#members.get(to)?.raft;
    const lost = raft === undefined || this.#cut.has(pair(from, to));
    this.#trace.push(messageText(message) + (lost ? ' (lost)' : ''));
    if (!lost) raft.step(message, this.#nowMs);
    if (message.type === 'snapshot') this.#members.get(from)?.raft?.reportSnapshot(to, !lost);
  }

  #member(id: NodeId): TestMember {
    const member = this.#members.get(id);
    if (member === undefined) throw new Error(`no member ${id}`);
    return member;
  }

  #raft(id: NodeId): Raft {
    const { raft } = this.#member(id);
    if (raft === undefined) throw new Error(`member ${id} is down`);
    return raft;
  }
}

function pair(a: NodeId, b: NodeId): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}

function limit(word: string): [string, number] {
  const [name = '', value] = word.split('=');
  return [name, Number(value)];
}

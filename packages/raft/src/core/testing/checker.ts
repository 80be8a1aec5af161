import type { Committed } from '../../runner/types.ts';
import type { Entry, NodeId } from '../types.ts';
import type { TestMember } from './test-member.ts';

/** What the Raft paper promises, looked at from outside, over all members and their former lives. Throws when it fails. */
export class Checker {
  /** By index: what was applied first there. */
  readonly #committed = new Map<number, Committed>();
  /** By term. */
  readonly #leaders = new Map<number, NodeId>();
  /** By term and index: what it says, and the term before it. */
  readonly #entries = new Map<string, { text: string; previous: number }>();
  /** By member and context: a read must not miss what was committed when it began. */
  readonly #reads = new Map<string, number>();
  /** The highest index that any member knows to be committed. */
  commit = 0;
  answered = 0;

  get applied(): number {
    return this.#committed.size;
  }

  get terms(): number {
    return this.#leaders.size;
  }

  /** State-machine safety: nobody ever applies another entry at the same index, nor with another configuration. */
  onCommitted(member: TestMember, committed: Committed): void {
    const { entry } = committed;
    const first = this.#committed.get(entry.index);
    if (first === undefined) {
      const before = this.#committed.get(entry.index - 1);
      this.#assert(
        entry.index === 1 || before !== undefined,
        `${member.id} applies ${entry.index} before any other did`,
      );
      this.#assert((before?.entry.timeMs ?? 0) <= entry.timeMs, `the clock goes back at ${entry.index}`);
      this.#committed.set(entry.index, committed);
      return;
    }
    this.#assert(textOf(first.entry) === textOf(entry), `${member.id} applies another entry at ${entry.index}`);
    const configurations = [first, committed].map(({ configuration }) => JSON.stringify(configuration));
    this.#assert(configurations[0] === configurations[1], `${member.id} has ${configurations[1]} at ${entry.index}`);
  }

  /** After anything that a member did. */
  observe(member: TestMember): void {
    const { raft } = member;
    if (raft === undefined) return;
    const status = raft.status();
    if (status.role === 'leader') {
      const known = this.#leaders.get(status.term);
      this.#assert(known === undefined || known === member.id, `${known} and ${member.id} lead term ${status.term}`);
      if (known === undefined) this.#onElected(member, status.lastIndex);
      this.#leaders.set(status.term, member.id);
    }
    this.commit = Math.max(this.commit, status.commit);
    for (const { context, index } of raft.takeReads()) {
      const least = this.#reads.get(`${member.id} ${context}`);
      if (least === undefined) throw new Error(`${member.id} is answered ${context}, which it did not ask`);
      this.#assert(index >= least, `${member.id} reads at ${index}, when ${least} was committed before it asked`);
      this.answered++;
    }
  }

  onRead(member: TestMember, context: number): void {
    this.#reads.set(`${member.id} ${context}`, this.commit);
  }

  /** Log matching: an entry of one index and term is the same everywhere, and so is all before it. */
  onWritten(member: TestMember, entries: readonly Entry[]): void {
    for (const entry of entries) {
      const key = `${entry.term}/${entry.index}`;
      const previous = member.log.term(entry.index - 1);
      const known = this.#entries.get(key);
      const text = textOf(entry);
      if (known === undefined) this.#entries.set(key, { text, previous });
      this.#assert(known === undefined || known.text === text, `${member.id} has another entry ${key}`);
      this.#assert(known === undefined || known.previous === previous, `${member.id} has another log before ${key}`);
    }
  }

  onSnapshot(member: TestMember): void {
    const { index, term, configuration } = member.mark;
    const known = this.#committed.get(index);
    this.#assert(known?.entry.term === term, `${member.id} takes a snapshot at ${term}/${index}, which nobody applied`);
    const same = JSON.stringify(known?.configuration) === JSON.stringify(configuration);
    this.#assert(same, `${member.id} takes a wrong configuration with its snapshot at ${index}`);
  }

  /** Leader completeness: it has all that was ever committed. Its own first entry is there already. */
  #onElected({ id, log }: TestMember, lastIndex: number): void {
    this.#assert(lastIndex > this.applied, `${id} leads with ${lastIndex} entries, but ${this.applied} were committed`);
    for (let index = log.compacted.index + 1; index <= Math.min(log.lastIndex, this.applied); index++) {
      const committed = this.#committed.get(index)?.entry as Entry;
      this.#assert(log.term(index) === committed.term, `${id} leads without the committed entry ${index}`);
    }
  }

  #assert(holds: boolean, what: string): void {
    if (!holds) throw new Error(what);
  }
}

function textOf({ term, index, timeMs, type, data }: Entry): string {
  return `${term}/${index} ${timeMs} ${type} ${Buffer.from(data).toString('latin1')}`;
}

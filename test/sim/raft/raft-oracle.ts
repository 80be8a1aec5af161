import type { Committed, Entry, Message, NodeId } from '@wherry/raft';
import type { Finding } from '../world/disk.ts';
import { hashOf } from '../world/trace.ts';

/** Looks at every message and every applied entry of all members together, for what Raft promises. */
export class RaftOracle {
  readonly #finding: Finding;
  /** Election safety: who leads in a term. */
  readonly #leaders = new Map<number, NodeId>();
  /** Log matching: what an entry of an index and term is, and of which term the one before it is. */
  readonly #entries = new Map<string, { content: number; previousTerm: number | undefined }>();
  /** State machine safety: what was applied at an index, and where. */
  readonly #applied: { content: number; term: number; by: NodeId }[] = [];

  /** Somebody leads a new term. */
  onLeader: (leader: NodeId) => void = () => {};
  /** A change of the configuration is on its way. */
  onChange: () => void = () => {};

  constructor(finding: Finding) {
    this.#finding = finding;
  }

  get leader(): NodeId {
    return this.#leaders.get(Math.max(0, ...this.#leaders.keys())) ?? 0;
  }

  get highestApplied(): number {
    return this.#applied.length - 1;
  }

  sent(message: Message): void {
    if (message.type !== 'append' && message.type !== 'heartbeat' && message.type !== 'snapshot') return;
    const leader = this.#leaders.get(message.term);
    if (leader === undefined) {
      this.#leaders.set(message.term, message.from);
      this.onLeader(message.from);
    } else if (leader !== message.from) {
      this.#finding(`election safety: ${leader} and ${message.from} both lead in term ${message.term}`);
    }
    if (message.type === 'append') this.#appended(message);
  }

  #appended(message: Message & { type: 'append' }): void {
    let previousTerm: number | undefined = message.prevTerm;
    for (const entry of message.entries) {
      const key = `${entry.index} ${entry.term}`;
      const content = contentOf(entry);
      const known = this.#entries.get(key);
      if (known === undefined) {
        this.#entries.set(key, { content, previousTerm });
        if (entry.type === 'config') this.onChange();
      } else if (known.content !== content || known.previousTerm !== previousTerm) {
        this.#finding(`log matching: two entries of index ${entry.index} and term ${entry.term} differ`);
      }
      previousTerm = entry.term;
    }
    // Leader completeness: what was applied is in the log of every later leader.
    for (const entry of message.entries) {
      const applied = this.#applied[entry.index];
      if (applied && applied.term !== entry.term && message.term > applied.term) {
        this.#finding(
          `leader completeness: the leader of term ${message.term} has another entry ${entry.index} than was applied by ${applied.by}`,
        );
      }
    }
  }

  applied(by: NodeId, { entry, configuration }: Committed): void {
    const content = hashOf(configuration.voters.join(), hashOf(configuration.learners.join(), contentOf(entry)));
    const known = this.#applied[entry.index];
    if (known === undefined) this.#applied[entry.index] = { content, term: entry.term, by };
    else if (known.content !== content || known.term !== entry.term) {
      this.#finding(`state machine safety: ${by} applied another entry ${entry.index} than ${known.by}`);
    }
  }
}

function contentOf(entry: Entry): number {
  return hashOf(entry.data, hashOf(`${entry.term} ${entry.timeMs} ${entry.type}`));
}

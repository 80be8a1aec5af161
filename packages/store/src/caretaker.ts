import type { Clock } from '@wherry/raft';
import type { Command } from './command.ts';
import type { Alarm } from './etcd-store.ts';
import type { State } from './state.ts';

export interface CaretakerParts {
  memberId: number;
  name: string;
  clientUrls: string[];
  clock: Clock;
  state(): State;
  /** Checksum over all changes up to the state's revision. */
  chain(): number;
  bytes(): number;
  quotaBytes: number;
  leads(): boolean;
  /** Resolves when it is settled, whichever way; it never rejects. */
  propose(command: Command): Promise<void>;
}

const lookEveryMs = 1000;
const verifyEveryMs = 10_000;
/** The alarm for want of space is cleared when so much of the quota is free again. */
const freeShare = 0.1;

/**
 * What a member proposes by itself: its name and address, that all compare their content (the leader), and an end of
 * its alarm when there is room again.
 */
export class Caretaker {
  readonly #parts: CaretakerParts;
  #timer: { cancel(): void };
  #busy = false;
  #verifiedRevision = 0;
  #verifiedAtMs: number;

  constructor(parts: CaretakerParts) {
    this.#parts = parts;
    this.#verifiedAtMs = parts.clock.nowMs();
    this.#timer = this.#again();
  }

  close(): void {
    this.#timer.cancel();
  }

  #again(): { cancel(): void } {
    return this.#parts.clock.after(lookEveryMs, () => {
      this.#timer = this.#again();
      if (!this.#busy) void this.#look();
    });
  }

  async #look(): Promise<void> {
    this.#busy = true;
    for (const command of this.#due()) await this.#parts.propose(command);
    this.#busy = false;
  }

  #due(): Command[] {
    return [this.#attributes(), this.#verify(), this.#clearAlarm()].filter((command) => command !== undefined);
  }

  #attributes(): Command | undefined {
    const { memberId: id, name, clientUrls, state } = this.#parts;
    const known = state().members.find((member) => member.id === id);
    if (known === undefined || (known.name === name && String(known.clientUrls) === String(clientUrls)))
      return undefined;
    return { type: 'memberAttributes', id, name, clientUrls };
  }

  #verify(): Command | undefined {
    const { clock, state, chain, leads } = this.#parts;
    const { revision } = state();
    const now = clock.nowMs();
    if (!leads() || revision === this.#verifiedRevision || now < this.#verifiedAtMs + verifyEveryMs) return undefined;
    this.#verifiedRevision = revision;
    this.#verifiedAtMs = now;
    return { type: 'verify', revision, chain: chain() };
  }

  #clearAlarm(): Command | undefined {
    const { memberId, state, bytes, quotaBytes } = this.#parts;
    const raised = ({ member, type }: Alarm): boolean => member === memberId && type === 'noSpace';
    if (!state().alarms.some(raised) || bytes() > quotaBytes * (1 - freeShare)) return undefined;
    return { type: 'alarm', action: 'clear', alarm: { member: memberId, type: 'noSpace' } };
  }
}

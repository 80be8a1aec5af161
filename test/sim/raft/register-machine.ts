import type { Committed, SnapshotMark, StateMachine } from '@wherry/raft';
import type { Disk, Volume } from '@wherry/raft/disk';
import type { RegisterInput, RegisterOutput } from '../register-model.ts';

/** A write as it stands in the log. `id` is unique, so that one that arrives twice takes effect once. */
export interface RegisterCommand {
  id: number;
  key: string;
  input: RegisterInput;
}

interface State {
  mark: SnapshotMark;
  registers: [key: string, value: string | undefined][];
  applied: number[];
}

/** A few registers, the smallest thing that raft can keep. What it is told is told on to `onApply` for comparison. */
export class RegisterMachine implements StateMachine {
  mark: SnapshotMark;
  readonly answers = new Map<number, (output: RegisterOutput) => void>();
  #registers: Map<string, string | undefined>;
  #applied: Set<number>;
  readonly #volume: Volume;
  readonly #onApply: (committed: Committed) => void;
  #received: { disk: Disk; state: State } | undefined;
  /** As StateMachine: what was there when it was opened. Moves with the state in here. */
  #now: SnapshotMark;

  constructor(volume: Volume, founders: number[], onApply: (committed: Committed) => void) {
    const found = volume.state.getSync('state');
    const state: State = found
      ? (JSON.parse(found.toString()) as State)
      : {
          mark: { index: 0, term: 0, timeMs: 0, configuration: { voters: founders, learners: [] } },
          registers: [],
          applied: [],
        };
    this.mark = state.mark;
    this.#now = state.mark;
    this.#registers = new Map(state.registers);
    this.#applied = new Set(state.applied);
    this.#volume = volume;
    this.#onApply = onApply;
  }

  get appliedIndex(): number {
    return this.#now.index;
  }

  value(key: string): string | undefined {
    return this.#registers.get(key);
  }

  apply(committed: Committed[]): void {
    for (const one of committed) {
      this.#onApply(one);
      const { entry, configuration } = one;
      if (entry.index !== this.#now.index + 1) throw new Error(`entry ${entry.index} comes after ${this.#now.index}`);
      this.#now = { index: entry.index, term: entry.term, timeMs: entry.timeMs, configuration };
      if (entry.type !== 'normal' || entry.data.length === 0) continue;
      const command = JSON.parse(Buffer.from(entry.data).toString()) as RegisterCommand;
      const output = this.#change(command);
      this.answers.get(command.id)?.(output);
    }
  }

  #change({ id, key, input }: RegisterCommand): RegisterOutput {
    if (this.#applied.has(id) || input.type === 'read') return { ok: true };
    this.#applied.add(id);
    if (input.type === 'swap' && this.#registers.get(key) !== input.from) return { ok: false };
    this.#registers.set(key, input.type === 'swap' ? input.to : input.value);
    return { ok: true };
  }

  #state(): State {
    return { mark: this.#now, registers: [...this.#registers], applied: [...this.#applied] };
  }

  async flush(): Promise<number> {
    const state = this.#state();
    await this.#volume.state.batch([put(state)], { sync: true });
    return state.mark.index;
  }

  async snapshot(): Promise<{ mark: SnapshotMark; chunks: AsyncIterable<Uint8Array>; close(): Promise<void> }> {
    const state = this.#state();
    const bytes = Buffer.from(JSON.stringify(state));
    async function* chunks(): AsyncIterable<Uint8Array> {
      const size = Math.ceil(bytes.length / 3);
      for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
    }
    return { mark: state.mark, chunks: chunks(), close: () => Promise.resolve() };
  }

  async receive(mark: SnapshotMark, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const parts: Uint8Array[] = [];
    for await (const chunk of chunks) parts.push(chunk);
    const state = JSON.parse(Buffer.concat(parts).toString()) as State;
    if (state.mark.index !== mark.index) throw new Error('another snapshot than was announced');
    const disk = await this.#volume.newState();
    await disk.batch([put(state)], { sync: true });
    this.#received = { disk, state };
  }

  async install(mark: SnapshotMark): Promise<void> {
    const received = this.#received;
    if (received?.state.mark.index !== mark.index) throw new Error('no such snapshot was received');
    this.#received = undefined;
    await this.#volume.replaceState(received.disk);
    this.#now = received.state.mark;
    this.#registers = new Map(received.state.registers);
    this.#applied = new Set(received.state.applied);
  }
}

function put(state: State): { type: 'put'; key: string; value: Buffer } {
  return { type: 'put', key: 'state', value: Buffer.from(JSON.stringify(state)) };
}

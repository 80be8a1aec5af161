import { MemoryDisk, type Disk, type DiskOperation } from '@wherry/raft/disk';
import { apply } from '../apply.ts';
import type { Applied, Batch, Command } from '../command.ts';
import { load, type Loaded } from '../load.ts';
import { admit } from '../sessions.ts';
import { beginEntry, trim, versionsOf, type State, type Version } from '../state.ts';
import { hashOf } from '../hash.ts';

export interface LogEntry {
  timeMs: number;
  batch: Batch;
}

/** The core as a member runs it, on a disk that follows when it is told to. */
export class Core {
  readonly disk: Disk;
  readonly #loaded: Loaded;
  readonly #values = new Map<Version, Uint8Array>();
  #operations: DiskOperation[] = [];

  private constructor(disk: Disk, loaded: Loaded) {
    this.disk = disk;
    this.#loaded = loaded;
  }

  static async open(disk: Disk = new MemoryDisk()): Promise<Core> {
    return new Core(disk, await load(disk));
  }

  get state(): State {
    return this.#loaded.state;
  }

  get chain(): number {
    return this.#loaded.ledger.summary.chain;
  }

  /** An entry of the log, under the next index. Undefined when its batch had been applied before. */
  applyEntry({ timeMs, batch }: LogEntry): Applied[] | undefined {
    beginEntry(this.state, { index: this.state.appliedIndex + 1, term: 1, timeMs });
    return admit(this.state, batch) ? batch.commands.map((command) => this.#apply(command, timeMs)) : undefined;
  }

  /** A command in an entry of its own. */
  apply(command: Command, timeMs = this.state.timeMs): Applied {
    beginEntry(this.state, { index: this.state.appliedIndex + 1, term: 1, timeMs });
    return this.#apply(command, timeMs);
  }

  async flush(): Promise<void> {
    const operations = this.#operations;
    this.#operations = [];
    await this.disk.batch([...operations, this.#loaded.ledger.seal(this.state)], { sync: true });
  }

  trim(limit: number): void {
    const { ledger } = this.#loaded;
    if (ledger.summary.trimmedTo >= this.state.compactedRevision) return;
    const { removed, doneTo } = trim(this.state, this.state.compactedRevision, limit);
    for (const version of removed) ledger.forget(version, this.#operations);
    ledger.summary.trimmedTo = doneTo;
  }

  readonly valueOf = (version: Version): Uint8Array => {
    const value = this.#values.get(version);
    if (value === undefined) throw new Error(`the value of ${version.mod}.${version.sub} was not kept`);
    return value;
  };

  /** Values are in memory alone: those of another core are taken over where both have the same state. */
  adoptValues(other: Core): void {
    const key = ({ mod, sub }: Version): string => `${mod}.${sub}`;
    const values = new Map([...other.#values].map(([version, value]) => [key(version), value]));
    for (const history of this.state.index.all()) {
      for (const version of versionsOf(history)) {
        const value = values.get(key(version));
        if (value !== undefined) this.#values.set(version, value);
      }
    }
  }

  async hash(revision = 0): Promise<number> {
    const { hash } = await hashOf(this.state, revision, { turn: async () => undefined });
    return hash;
  }

  #apply(command: Command, timeMs: number): Applied {
    const applied = apply(this.state, command, { timeMs, readValue: this.valueOf });
    this.#loaded.ledger.write(applied, this.#operations);
    for (const { version, value } of applied.changes) this.#values.set(version, value);
    return applied;
  }
}

/** Everything that members must agree on, in an order of its own. */
export function replicated(state: State): object {
  const { revision, compactedRevision, appliedIndex, appliedTerm, timeMs, lastLeaseId, sessions } = state;
  const { clusterId, configuration, members, removed, alarms } = state;
  const keys: object[] = [];
  state.index.scan('', (history) => {
    const versions = versionsOf(history).filter(
      ({ mod, version }, i, all) =>
        mod > compactedRevision || (version !== 0 && (all[i + 1]?.mod ?? Number.POSITIVE_INFINITY) > compactedRevision),
    );
    if (versions.length > 0) keys.push({ key: history.key, versions });
    return true;
  });
  const leases = [...state.leases.values()]
    .sort((a, b) => a.id - b.id)
    .map(({ keys: attached, ...lease }) => ({ ...lease, keys: [...attached].sort() }));
  return {
    revision,
    compactedRevision,
    appliedIndex,
    appliedTerm,
    timeMs,
    lastLeaseId,
    sessions,
    keys,
    leases,
    clusterId,
    configuration,
    members,
    removed,
    alarms,
  };
}

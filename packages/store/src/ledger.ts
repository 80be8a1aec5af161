import type { Chains } from './chains.ts';
import type { Applied, Change, LeaseRecord } from './command.ts';
import type { DiskOperation } from '@wherry/raft/disk';
import { changeKey, checksumOf, encodeChange, leaseKey, seal, summaryKey, valueOf } from './record.ts';
import type { State, Version } from './state.ts';
import { emptySummary, sealedChecksum, takeIn, type Summary } from './summary.ts';

/**
 * Turns what was applied into the operations of a disk batch, and keeps the summary. A batch may cover any number of
 * commands: what they gave is gathered in their order, and sealed once at its end.
 */
export class Ledger {
  readonly summary: Summary;
  readonly #chains: Chains;
  readonly #leaseChecksums: Map<number, number>;

  constructor(chains: Chains, summary: Summary = emptySummary(), leaseChecksums: Map<number, number> = new Map()) {
    this.#chains = chains;
    this.summary = summary;
    this.#leaseChecksums = leaseChecksums;
  }

  /**
   * To be called after every command, before the next is applied. Replaces each change's value by the copy within its
   * record, which nobody else can alter.
   */
  write(applied: Applied, operations: DiskOperation[]): void {
    const { changes } = applied;
    for (const change of changes) this.#writeChange(change, changes.length, operations);
    for (const lease of applied.leasesPut) this.#writeLease(lease, operations);
    for (const id of applied.leasesDeleted) {
      this.#dropLease(id);
      operations.push({ type: 'del', key: leaseKey(id) });
    }
    const last = changes.at(-1);
    if (last !== undefined) this.#chains.add(last.version.mod, this.summary.chain);
  }

  /** The record of this version is not needed any more. */
  forget(version: Version, operations: DiskOperation[]): void {
    this.summary.records--;
    this.summary.bytes -= version.bytes;
    this.summary.sum = (this.summary.sum - version.checksum) >>> 0;
    operations.push({ type: 'del', key: changeKey(version.mod, version.sub) });
  }

  /** What ends the batch: the summary of the state as it is now, all changes of which are in it or on disk. */
  seal(state: State): DiskOperation {
    takeIn(this.summary, state);
    return { type: 'put', key: summaryKey, value: seal(this.summary) };
  }

  #writeChange(change: Change, count: number, operations: DiskOperation[]): void {
    const { summary } = this;
    const bytes = encodeChange(change, count, summary.chain);
    change.value = valueOf(bytes);
    summary.chain = checksumOf(bytes);
    change.version.bytes = bytes.length;
    change.version.checksum = summary.chain | 0;
    summary.records++;
    summary.bytes += bytes.length;
    summary.sum = (summary.sum + summary.chain) >>> 0;
    operations.push({ type: 'put', key: changeKey(change.version.mod, change.version.sub), value: bytes });
  }

  #writeLease(lease: LeaseRecord, operations: DiskOperation[]): void {
    this.#dropLease(lease.id);
    const value = seal(lease);
    const checksum = sealedChecksum(value);
    this.#leaseChecksums.set(lease.id, checksum);
    this.summary.leases++;
    this.summary.leaseSum = (this.summary.leaseSum + checksum) >>> 0;
    operations.push({ type: 'put', key: leaseKey(lease.id), value });
  }

  #dropLease(id: number): void {
    const checksum = this.#leaseChecksums.get(id);
    if (checksum === undefined) return;
    this.#leaseChecksums.delete(id);
    this.summary.leases--;
    this.summary.leaseSum = (this.summary.leaseSum - checksum) >>> 0;
  }
}

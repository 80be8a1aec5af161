import type { Applied, Change, LeaseRecord } from './command.ts';
import type { DiskOperation } from './disk.ts';
import {
  changeKey,
  checksumOf,
  encodeChange,
  formatVersion,
  leaseKey,
  seal,
  summaryKey,
  unseal,
  valueOf,
} from './record.ts';
import type { Version } from './state.ts';
import { StorageError } from './storage.ts';

/**
 * What must be on disk, kept up to date with every batch and written with it: together with the chain of change
 * records this makes any missing, altered or surplus record visible when the store is opened.
 */
export interface Summary {
  format: number;
  /** Commands applied. */
  index: number;
  revision: number;
  compactedRevision: number;
  /** All changes of this revision and later are on disk; below it only what was still visible at it. */
  trimmedTo: number;
  lastLeaseId: number;
  /** Checksum of the last change record written. */
  chain: number;
  /** Change records: how many, their bytes, and their checksums added up modulo 2^32. */
  records: number;
  bytes: number;
  sum: number;
  leases: number;
  leaseSum: number;
}

/** Turns what was applied into the operations of a disk batch, and keeps the summary. */
export class Ledger {
  readonly summary: Summary;
  readonly #leaseChecksums: Map<number, number>;

  constructor(summary: Summary = emptySummary(), leaseChecksums: Map<number, number> = new Map()) {
    this.summary = summary;
    this.#leaseChecksums = leaseChecksums;
  }

  /** Replaces each change's value by the copy within its record, which nobody else can alter. */
  write(applied: Applied, operations: DiskOperation[]): void {
    const { changes } = applied;
    for (const change of changes) this.#writeChange(change, changes.length, operations);
    for (const lease of applied.leasesPut) this.#writeLease(lease, operations);
    for (const id of applied.leasesDeleted) {
      this.#dropLease(id);
      operations.push({ type: 'del', key: leaseKey(id) });
    }
    const last = changes.at(-1);
    if (last !== undefined) this.summary.revision = last.version.mod;
    if (applied.compacted !== undefined) this.summary.compactedRevision = applied.compacted;
  }

  /** The record of this version is not needed any more. */
  forget(version: Version, operations: DiskOperation[]): void {
    this.summary.records--;
    this.summary.bytes -= version.bytes;
    this.summary.sum = (this.summary.sum - version.checksum) >>> 0;
    operations.push({ type: 'del', key: changeKey(version.mod, version.sub) });
  }

  seal(): DiskOperation {
    return { type: 'put', key: summaryKey, value: seal(this.summary) };
  }

  #writeChange(change: Change, count: number, operations: DiskOperation[]): void {
    const { summary } = this;
    const bytes = encodeChange(change, count, summary.chain);
    change.value = valueOf(bytes);
    summary.chain = checksumOf(bytes);
    change.version.bytes = bytes.length;
    change.version.checksum = summary.chain;
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

export function sealedChecksum(bytes: Buffer): number {
  return Number.parseInt(bytes.toString('latin1', 0, 8), 16);
}

export function emptySummary(): Summary {
  return {
    format: formatVersion,
    index: 0,
    revision: 1,
    compactedRevision: 0,
    trimmedTo: 1,
    lastLeaseId: 0,
    chain: 0,
    records: 0,
    bytes: 0,
    sum: 0,
    leases: 0,
    leaseSum: 0,
  };
}

export function readSummary(bytes: Buffer): Summary {
  const content = unseal(bytes, 'the summary record') as unknown as Summary;
  if (content.format > formatVersion) {
    throw new StorageError(
      'unavailable',
      `the store was written in disk format ${content.format} and this program reads formats up to ${formatVersion}: ` +
        'start the newer program again, or restore a backup made by this one',
    );
  }
  return content;
}

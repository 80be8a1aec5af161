import type { Disk, DiskReader } from '@wherry/raft/disk';
import type { LeaseRecord } from './command.ts';
import { Ledger } from './ledger.ts';
import { changeKey, corrupt, decodeChange, leaseKey, summaryKey, unseal } from './record.ts';
import { addVersion, createState, type State } from './state.ts';
import { putBack, readSummary, sealedChecksum, type Summary } from './summary.ts';

export interface Loaded {
  state: State;
  ledger: Ledger;
}

/**
 * Reads and verifies everything, or throws StorageError `corrupt` saying what is wrong. A tail of batches that is
 * missing as a whole is not wrong: the log has what was in them.
 */
export async function load(disk: Pick<Disk, 'getSync'> & DiskReader): Promise<Loaded> {
  const summaryBytes = disk.getSync(summaryKey);
  if (summaryBytes === undefined) {
    await refuseUnlessEmpty(disk);
    const state = createState();
    return { state, ledger: new Ledger(state.chains) };
  }
  const loading = new Loading(readSummary(summaryBytes));
  for await (const page of disk.pages()) {
    for (const [key, value] of page) loading.add(key, value);
  }
  return loading.finish();
}

async function refuseUnlessEmpty(disk: DiskReader): Promise<void> {
  for await (const page of disk.pages()) {
    if (page.length > 0) throw corrupt('there are records but no summary of them');
  }
}

/** Takes the records in order of their keys, as they lie on disk. */
class Loading {
  readonly #summary: Summary;
  readonly #state: State = createState();
  readonly #leaseChecksums = new Map<number, number>();
  readonly #leases: LeaseRecord[] = [];
  #records = 0;
  #bytes = 0;
  #sum = 0;
  #leaseSum = 0;
  /** Of the change record before. */
  #revision = 0;
  #sub = 0;
  #count = 1;
  #checksum = 0;

  constructor(summary: Summary) {
    this.#summary = summary;
    this.#state.index.beginLoad();
  }

  add(key: string, value: Buffer): void {
    if (key.startsWith('r')) this.#addChange(key, value);
    else if (key.startsWith('s')) this.#addLease(key, value);
    else if (key !== summaryKey) throw corrupt(`there is a record nobody wrote, ${JSON.stringify(key)}`);
  }

  #addChange(diskKey: string, bytes: Buffer): void {
    const revision = Number.parseInt(diskKey.slice(1, 12), 36);
    const sub = Number.parseInt(diskKey.slice(12), 36);
    const record = decodeChange(bytes, revision, sub);
    if (diskKey !== changeKey(revision, sub))
      throw corrupt(`there is a record nobody wrote, ${JSON.stringify(diskKey)}`);
    this.#checkOrder(revision, sub, record.chain);

    this.#revision = revision;
    this.#sub = sub;
    this.#count = record.count;
    this.#checksum = record.checksum;
    this.#records++;
    this.#bytes += bytes.length;
    this.#sum = (this.#sum + record.checksum) >>> 0;
    addVersion(this.#state, record.key, {
      mod: revision,
      sub,
      create: record.createRevision,
      version: record.version,
      lease: record.lease,
      bytes: bytes.length,
      checksum: record.checksum | 0,
    });
    if (sub + 1 === record.count) this.#state.chains.add(revision, record.checksum);
  }

  #checkOrder(revision: number, sub: number, chain: number): void {
    const { revision: lastRevision, trimmedTo } = this.#summary;
    if (revision > lastRevision) {
      throw corrupt(`there is a record of revision ${revision}, but revision ${lastRevision} is the last one`);
    }
    const complete = this.#sub + 1 === this.#count;
    const follows = complete
      ? revision === this.#revision + 1 && sub === 0
      : revision === this.#revision && sub === this.#sub + 1;
    if (follows) {
      if (chain !== this.#checksum) throw corrupt(`revision ${revision} does not follow from the one before it`);
    } else if (revision >= trimmedTo) {
      this.#checkGap(complete, revision, sub);
    }
  }

  /** Below trimmedTo records may be missing one by one; the sum tells whether the right ones are. */
  #checkGap(complete: boolean, revision: number, sub: number): void {
    const first = Math.max(this.#summary.trimmedTo, 2);
    if (this.#revision < first) {
      if (revision !== first || sub !== 0) throw corrupt(`revision ${first} is missing`);
    } else {
      throw corrupt(`revision ${complete ? this.#revision + 1 : this.#revision} is missing or incomplete`);
    }
  }

  #addLease(key: string, bytes: Buffer): void {
    const lease = unseal(bytes, `the record of lease ${key}`) as unknown as LeaseRecord;
    if (key !== leaseKey(lease.id)) throw corrupt(`the record of lease ${key} holds another one's data`);
    const checksum = sealedChecksum(bytes);
    this.#leases.push(lease);
    this.#leaseChecksums.set(lease.id, checksum);
    this.#leaseSum = (this.#leaseSum + checksum) >>> 0;
  }

  finish(): { state: State; ledger: Ledger } {
    const summary = this.#summary;
    const state = this.#state;
    const last = this.#records === 0 && summary.revision === 1 ? 1 : this.#revision;
    if (last !== summary.revision || (last > 1 && this.#sub + 1 !== this.#count)) {
      throw corrupt(`revision ${summary.revision} is the last one, but the records end at ${last}`);
    }
    if (last > 1 && this.#checksum !== summary.chain) throw corrupt('the last record is not the one that was written');
    if (this.#records !== summary.records || this.#bytes !== summary.bytes || this.#sum !== summary.sum) {
      throw corrupt(
        `${summary.records} records of ${summary.bytes} bytes were written and ${this.#records} of ${this.#bytes} bytes found`,
      );
    }
    if (this.#leases.length !== summary.leases || this.#leaseSum !== summary.leaseSum) {
      throw corrupt(`${summary.leases} leases were written and ${this.#leases.length} other or older ones found`);
    }
    putBack(summary, state);
    state.index.endLoad();
    this.#attachLeases();
    return { state, ledger: new Ledger(state.chains, summary, this.#leaseChecksums) };
  }

  /** Leases come after the changes on disk, so keys find theirs at the end. */
  #attachLeases(): void {
    const { leases, index } = this.#state;
    if (this.#leases.length === 0) return;
    for (const lease of this.#leases) leases.set(lease.id, { ...lease, keys: new Set() });
    for (const { key, newest } of index.all()) {
      if (newest.lease !== 0) leases.get(newest.lease)?.keys.add(key);
    }
    // Of a store without a log, whose leases went by the clock on the wall: its time stood still at the last sign of
    // life that it left.
    if (this.#summary.timeMs > 0) return;
    const seenAtMs = this.#leases.map(({ expiresAtMs, ttlSeconds }) => expiresAtMs - ttlSeconds * 1000);
    this.#state.timeMs = Math.max(0, ...seenAtMs);
  }
}

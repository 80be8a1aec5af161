import type { Entry, SnapshotMark } from '../core/types.ts';
import { DiskError, type Disk, type Volume } from '../disk/disk.ts';
import { corruptDisk } from '../disk/level-disk.ts';
import { chainOf, checksumOf, decodeEntry, type LogMeta, logFormat, logRemedy, metaKey, sizeOf } from './log-record.ts';
import { unseal } from '../disk/sealed.ts';

export interface LoadedLog {
  meta: LogMeta;
  /** Where terms begin, ascending. */
  terms: { term: number; from: number }[];
  /** Bytes of each entry. */
  sizes: number[];
  /** The log does not reach the state and has to begin behind it, with the hard state of `meta`. */
  restart: boolean;
}

interface Mark {
  index: number;
  /** Absent in a mark from before there was a log. */
  sequence?: number;
}

/** Verifies everything and shows every entry, in order, to `visit`. */
export async function loadLog(
  volume: Volume,
  machine: SnapshotMark,
  visit: (entry: Entry) => void,
): Promise<LoadedLog> {
  const mark = readMark(volume);
  const meta = await readMeta(volume.log, mark, machine);
  const loading = new Loading(meta);
  for await (const page of volume.log.pages()) {
    for (const [key, value] of page) {
      if (key !== metaKey) visit(loading.add(key, value));
    }
  }
  loading.finish();
  const { terms, sizes } = loading;
  return { ...compare(loading, machine), terms, sizes };
}

const markRemedy =
  'It was not opened; remove that file, which tells how far the log was acknowledged: the log is verified without it, but for a lost tail';

function readMark(volume: Volume): Mark {
  const bytes = volume.readMark();
  if (bytes === undefined) return { index: 0 };
  return unseal(bytes, 'the file "acknowledged"', markRemedy) as unknown as Mark;
}

async function readMeta(disk: Disk, mark: Mark, machine: SnapshotMark): Promise<LogMeta> {
  const bytes = disk.getSync(metaKey);
  if (bytes === undefined) {
    for await (const page of disk.pages()) {
      if (page.length > 0) throw corruptDisk('there are log entries, but no record of how far they reach', logRemedy);
    }
    if (mark.sequence !== undefined || mark.index > machine.index) throw lostTail(mark, 'is empty');
    const nothing = { index: 0, checksum: 0 };
    const compacted = { ...nothing, term: 0, timeMs: 0 };
    return { format: logFormat, sequence: 0, term: 0, vote: 0, commit: 0, compacted, last: nothing };
  }
  const meta = unseal(bytes, 'the record of how far the log reaches', logRemedy) as unknown as LogMeta;
  if (meta.format > logFormat) {
    throw new DiskError(
      'unavailable',
      `the log is of a newer format version, ${meta.format}, than this program knows, ${logFormat}; use a newer program`,
    );
  }
  const reached =
    mark.sequence === undefined
      ? Math.max(meta.last.index, machine.index) >= mark.index
      : meta.sequence >= mark.sequence;
  if (!reached) throw lostTail(mark, `ends at ${meta.last.index} (batch ${meta.sequence})`);
  return meta;
}

function lostTail(mark: Mark, found: string): DiskError {
  const batch = mark.sequence === undefined ? '' : ` (batch ${mark.sequence})`;
  return corruptDisk(
    `the log was acknowledged up to entry ${mark.index}${batch}, but on disk it ${found}`,
    `${logRemedy}. To go on without what is lost, when there is no other member, remove the file "acknowledged" from it`,
  );
}

/** Takes the entries in order of their keys, as they lie on disk. */
class Loading {
  readonly meta: LogMeta;
  readonly terms: { term: number; from: number }[] = [];
  readonly sizes: number[] = [];
  #index: number;
  #term: number;
  #checksum: number;

  constructor(meta: LogMeta) {
    this.meta = meta;
    ({ index: this.#index, term: this.#term, checksum: this.#checksum } = meta.compacted);
  }

  add(key: string, bytes: Buffer): Entry {
    if (!key.startsWith('e')) throw corruptDisk(`there is a record nobody wrote, ${JSON.stringify(key)}`, logRemedy);
    const entry = decodeEntry(bytes, key);
    const { index, term } = entry;
    if (index > this.meta.last.index)
      throw corruptDisk(`the log ends at ${this.meta.last.index}, but there is an entry ${index}`, logRemedy);
    if (index <= this.meta.compacted.index)
      throw corruptDisk(
        `the log begins behind ${this.meta.compacted.index}, but there is an entry ${index}`,
        logRemedy,
      );
    if (index !== this.#index + 1) throw corruptDisk(`the log entry ${this.#index + 1} is missing`, logRemedy);
    if (chainOf(bytes) !== this.#checksum || term < this.#term) {
      throw corruptDisk(`the log entry ${index} does not follow from the one before it`, logRemedy);
    }
    if (term !== this.#term || this.terms.length === 0) this.terms.push({ term, from: index });
    this.sizes.push(sizeOf(entry));
    this.#index = index;
    this.#term = term;
    this.#checksum = checksumOf(bytes);
    return entry;
  }

  finish(): void {
    const { last, term, commit } = this.meta;
    if (this.#index !== last.index)
      throw corruptDisk(`the log ends at ${this.#index} instead of ${last.index}`, logRemedy);
    if (this.#checksum !== last.checksum) {
      throw corruptDisk(`the last log entry, ${last.index}, is not the one that was written`, logRemedy);
    }
    if (this.#term > term || commit > last.index) throw corruptDisk('the hard state is older than the log', logRemedy);
  }

  term(index: number): number {
    return this.terms.findLast(({ from }) => from <= index)?.term ?? this.meta.compacted.term;
  }
}

function compare(loading: Loading, machine: SnapshotMark): { meta: LogMeta; restart: boolean } {
  const { meta } = loading;
  const { compacted, last } = meta;
  if (
    machine.index < compacted.index ||
    (machine.index === compacted.index && machine.term !== compacted.term && meta.sequence > 0)
  ) {
    throw corruptDisk(
      `the log begins behind entry ${compacted.index}, but the state has come to entry ${machine.index} only`,
      logRemedy,
    );
  }
  // A snapshot that replaces the log is put in place before the log is, and may differ from it as well as surpass it.
  const restart = meta.sequence === 0 || machine.index > last.index || machine.term !== loading.term(machine.index);
  const term = Math.max(meta.term, machine.term);
  const vote = term === meta.term ? meta.vote : 0;
  return { meta: { ...meta, term, vote, commit: Math.max(meta.commit, machine.index) }, restart };
}

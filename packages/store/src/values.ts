import { changeKey, checkChange, corrupt, valueOf } from './record.ts';
import type { Version } from './state.ts';
import type { KeyValue } from './storage.ts';
import { asStorageError } from './storage-error.ts';
import type { UnflushedDisk } from './unflushed.ts';

/** Reads values by reference: from the most recent ones, kept up to a bound, else from disk, verified. */
export class Values {
  readonly #disk: Pick<UnflushedDisk, 'getSync'>;
  readonly #maxBytes: number;
  /** By revision, remembered in ascending order; only the first change of a revision, which is nearly always the only one. */
  readonly #recent = new Map<number, Uint8Array>();
  #recentBytes = 0;
  /** No revision before it is kept. */
  #oldest = 0;

  constructor(disk: Pick<UnflushedDisk, 'getSync'>, maxBytes: number) {
    this.#disk = disk;
    this.#maxBytes = maxBytes;
  }

  remember(version: Version, value: Uint8Array): void {
    if (version.sub !== 0 || value.length > this.#maxBytes >> 4) return;
    if (this.#recent.size === 0) this.#oldest = version.mod;
    this.#recent.set(version.mod, value);
    this.#recentBytes += value.length;
    while (this.#recentBytes > this.#maxBytes) {
      this.#recentBytes -= this.#recent.get(this.#oldest)?.length ?? 0;
      this.#recent.delete(this.#oldest++);
    }
  }

  read(version: Version): Uint8Array {
    const recent = version.sub === 0 ? this.#recent.get(version.mod) : undefined;
    if (recent !== undefined) return recent;
    const bytes = this.recordAt(version.mod, version.sub);
    checkChange(bytes, version.mod, version.sub);
    return valueOf(bytes);
  }

  /** The whole record, unverified; `corrupt` when it is gone. */
  recordAt(revision: number, sub: number): Buffer {
    const bytes = this.#get(changeKey(revision, sub));
    if (bytes === undefined) throw corrupt(`the record of revision ${revision} (change ${sub}) is gone`);
    return bytes;
  }

  /** A disk that was replaced by another member's snapshot is closed, for instance. */
  #get(key: string): Buffer | undefined {
    try {
      return this.#disk.getSync(key);
    } catch (error) {
      throw asStorageError(error);
    }
  }

  keyValue(key: string, version: Version): KeyValue {
    return toKeyValue(key, version, this.read(version));
  }
}

export function toKeyValue(key: string, version: Version, value: Uint8Array): KeyValue {
  return {
    key,
    value,
    createRevision: version.create,
    modRevision: version.mod,
    version: version.version,
    lease: version.lease,
  };
}

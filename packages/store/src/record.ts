import { crc32 } from 'node:zlib';
import { unseal as readSealed } from '@wherry/raft/disk';
import type { Change } from './command.ts';
import { StorageError } from './storage.ts';
import { asStorageError } from './storage-error.ts';

export { seal } from '@wherry/raft/disk';

/**
 * The disk format. Three kinds of records, in this order of keys:
 *
 *   r<revision><sub>  one change of one key, binary (below), its key in fixed-width base 36 so that order is numeric
 *   s<id>             one lease, sealed text
 *   z                 the summary of everything else (ledger.ts), sealed text, written in every batch
 *
 * The summary sorts last because every LevelDB table then spans only from its first change record to the end, and new
 * tables do not overlap all old ones. Any change here that an older program would misread needs a new `formatVersion`.
 *
 * Change records are made of nothing but what all members have alike: revision, key, value, versions, lease, and the
 * changes before. So their checksums are alike as well, and the last one, the chain, is what members compare: it does
 * not depend on which of them still have which records, on how batches were cut, or on clocks.
 */
export const formatVersion = 2;

export const summaryKey = 'z';

/*
 * A change record, little-endian: `chain` is the checksum of the change record written before this one, so that records
 * can neither be altered, nor swapped, nor left out unnoticed.
 *
 *   0 f64 revision          16 f64 version (0: delete)   32 u32 sub     40 u32 chain        48 key, value,
 *   8 f64 createRevision    24 f64 lease                 36 u32 count   44 u32 key length   u32 checksum of it all
 */
const headerBytes = 48;
const checksumBytes = 4;
/** What the CRC of any bytes followed by their own CRC is: so a record is checked without cutting it up. */
const wholeCrc = 0x2144df1c;

/** What a change record says of its key, apart from the value. */
export interface ChangeRecord {
  checksum: number;
  chain: number;
  revision: number;
  createRevision: number;
  version: number;
  lease: number;
  sub: number;
  /** Changes in this revision. */
  count: number;
  key: string;
}

export function changeKey(revision: number, sub: number): string {
  return `r${revision.toString(36).padStart(11, '0')}${sub.toString(36).padStart(4, '0')}`;
}

export function leaseKey(id: number): string {
  return `s${id.toString(36).padStart(11, '0')}`;
}

export function encodeChange(change: Change, count: number, chain: number): Buffer {
  const { key, version, value } = change;
  const keyBytes = key.length;
  const end = headerBytes + keyBytes + value.length;
  const bytes = Buffer.allocUnsafe(end + checksumBytes);
  bytes.writeDoubleLE(version.mod, 0);
  bytes.writeDoubleLE(version.create, 8);
  bytes.writeDoubleLE(version.version, 16);
  bytes.writeDoubleLE(version.lease, 24);
  bytes.writeUInt32LE(version.sub, 32);
  bytes.writeUInt32LE(count, 36);
  bytes.writeUInt32LE(chain, 40);
  bytes.writeUInt32LE(keyBytes, 44);
  bytes.write(key, headerBytes, keyBytes, 'latin1');
  bytes.set(value, headerBytes + keyBytes);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, end)), end);
  return bytes;
}

/** Throws StorageError `corrupt` unless this is, unharmed, the record of that revision and sub. */
export function decodeChange(bytes: Buffer, revision: number, sub: number): ChangeRecord {
  checkChange(bytes, revision, sub);
  return {
    checksum: checksumOf(bytes),
    chain: bytes.readUInt32LE(40),
    revision,
    createRevision: bytes.readDoubleLE(8),
    version: bytes.readDoubleLE(16),
    lease: bytes.readDoubleLE(24),
    sub,
    count: bytes.readUInt32LE(36),
    key: bytes.toString('latin1', headerBytes, headerBytes + bytes.readUInt32LE(44)),
  };
}

/** The value within a record that decodeChange or checkChange has found whole. */
export function valueOf(bytes: Buffer): Buffer {
  return bytes.subarray(headerBytes + bytes.readUInt32LE(44), bytes.length - checksumBytes);
}

export function checksumOf(bytes: Buffer): number {
  return bytes.readUInt32LE(bytes.length - checksumBytes);
}

export function checkChange(bytes: Buffer, revision: number, sub: number): void {
  if (bytes.length < headerBytes + checksumBytes || crc32(bytes) !== wholeCrc) {
    throw corrupt(`the record of revision ${revision} (change ${sub}) is damaged`);
  }
  if (bytes.readDoubleLE(0) !== revision || bytes.readUInt32LE(32) !== sub) {
    throw corrupt(`the record of revision ${revision} (change ${sub}) holds another one's data`);
  }
}

/** What raft's disk makes of sealed text, in the words of the storage interface. */
export function unseal(bytes: Uint8Array, name: string, remedy?: string): Record<string, unknown> {
  try {
    return readSealed(bytes, name, remedy);
  } catch (error) {
    throw asStorageError(error);
  }
}

/** Says what is wrong and what can be done about it. */
export function corrupt(what: string, remedy?: string): StorageError {
  return new StorageError(
    'corrupt',
    `the store is corrupt: ${what}. ${remedy ?? 'It was not opened; restore the data directory from a backup'}`,
  );
}

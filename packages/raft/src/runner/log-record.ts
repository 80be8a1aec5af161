import { crc32 } from 'node:zlib';
import type { Entry, HardState } from '../core/types.ts';
import { corruptDisk } from '../disk/level-disk.ts';

/**
 * The format of the log on disk. Two kinds of records:
 *
 *   e<index>  one entry, binary (below), its key in fixed-width base 36 so that order is numeric
 *   m         everything else (LogMeta), sealed text, written in every batch
 *
 * Any change here that an older program would misread needs a new `logFormat`.
 */
export const logFormat = 1;

export const metaKey = 'm';

/** `checksum` is that of the entry's record, from which the next one follows. */
interface Link {
  index: number;
  checksum: number;
}

export interface LogMeta extends HardState {
  format: number;
  /** Whose log it is; absent until a member has claimed it. */
  member?: number;
  /** Counts batches, so that the mark can tell whether one is lost that changed no entry, a vote for instance. */
  sequence: number;
  compacted: Link & { term: number; timeMs: number };
  last: Link;
}

/*
 * The record of an entry, little-endian: `chain` is the checksum of the record before it, so that entries can neither
 * be altered, nor swapped, nor left out unnoticed. Behind a snapshot it begins with 0.
 *
 *   0 u32 chain   4 f64 index   12 f64 term   20 f64 timeMs   28 u8 type   29 data   u32 checksum of it all
 */
const headerBytes = 29;
const checksumBytes = 4;
/** What the CRC of any bytes followed by their own CRC is: so a record is checked without cutting it up. */
const wholeCrc = 0x2144df1c;
const types: readonly Entry['type'][] = ['normal', 'config'];

/** About what an entry takes, in bytes. */
export function sizeOf(entry: Entry): number {
  return entry.data.length + headerBytes + checksumBytes;
}

export function entryKey(index: number): string {
  return `e${index.toString(36).padStart(11, '0')}`;
}

export function encodeEntry(entry: Entry, chain: number): Buffer {
  const end = headerBytes + entry.data.length;
  const bytes = Buffer.allocUnsafe(end + checksumBytes);
  bytes.writeUInt32LE(chain, 0);
  bytes.writeDoubleLE(entry.index, 4);
  bytes.writeDoubleLE(entry.term, 12);
  bytes.writeDoubleLE(entry.timeMs, 20);
  bytes.writeUInt8(types.indexOf(entry.type), 28);
  bytes.set(entry.data, headerBytes);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, end)), end);
  return bytes;
}

/** Throws DiskError `corrupt` unless this is, unharmed, the record of that entry. */
export function decodeEntry(bytes: Buffer, key: string): Entry {
  if (bytes.length < headerBytes + checksumBytes || crc32(bytes) !== wholeCrc) {
    throw corruptDisk(`the log entry ${indexOf(key)} is damaged`, logRemedy);
  }
  const index = bytes.readDoubleLE(4);
  if (entryKey(index) !== key) {
    throw corruptDisk(`the log entry ${indexOf(key)} holds another one's data`, logRemedy);
  }
  return {
    index,
    term: bytes.readDoubleLE(12),
    timeMs: bytes.readDoubleLE(20),
    type: types[bytes.readUInt8(28)] ?? 'normal',
    data: bytes.subarray(headerBytes, bytes.length - checksumBytes),
  };
}

export function chainOf(bytes: Buffer): number {
  return bytes.readUInt32LE(0);
}

export function checksumOf(bytes: Buffer): number {
  return bytes.readUInt32LE(bytes.length - checksumBytes);
}

export const logRemedy =
  'It was not opened; restore the data directory from a backup or, if other members are alive, remove this member, empty its data directory and add it again';

function indexOf(key: string): number {
  return Number.parseInt(key.slice(1), 36);
}

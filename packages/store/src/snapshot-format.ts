import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { DiskReader } from '@wherry/raft/disk';
import { StorageError } from './storage.ts';

/*
 * A snapshot, which is also what a backup file holds: all records of a state's disk as they are, in order of their keys.
 *
 *   16 bytes "wherry-snapshot\n", u32 format, then blocks:
 *   u8 kind, u32 length, u32 checksum of the payload, payload
 *
 *   kind 1: records, each u16 length of its key, u32 length of its value, key (a byte a character), value
 *   kind 2: the end, as JSON: how many records, their bytes, and the checksum of everything before this block
 *
 * In the file of a backup, as the etcd API gives it, zeros to a multiple of 512 bytes and the SHA-256 of all before it
 * follow. Numbers are little-endian. Where it is cut into chunks means nothing. Any change that an older program would misread
 * needs a new format.
 */
const magic = Buffer.from('wherry-snapshot\n');
const snapshotFormat = 1;
const preambleBytes = magic.length + 4;
const blockHeaderBytes = 9;
const recordHeaderBytes = 6;
const kindRecords = 1;
const kindEnd = 2;
const chunkBytes = 256 << 10;
const sha256Bytes = 32;
const maxTailBytes = 511 + sha256Bytes;
/** Far above any value; a block that claims more is not believed. */
const maxBlockBytes = 256 << 20;

export type DiskRecord = [key: string, value: Buffer];

interface End {
  records: number;
  bytes: number;
  checksum: number;
}

/** In chunks of at most 256 KiB, each free to be kept. */
export async function* writeSnapshot(reader: DiskReader): AsyncGenerator<Uint8Array, void> {
  const end: End = { records: 0, bytes: 0, checksum: 0 };
  const sealed = function* (block: Buffer): Generator<Uint8Array> {
    end.checksum = crc32(block, end.checksum);
    yield* chunksOf(block);
  };
  yield* sealed(preamble());
  let waiting: DiskRecord[] = [];
  let waitingBytes = blockHeaderBytes;
  for await (const page of reader.pages()) {
    for (const record of page) {
      const bytes = recordBytes(record);
      if (waiting.length > 0 && waitingBytes + bytes > chunkBytes) {
        yield* sealed(recordsBlock(waiting, waitingBytes));
        waiting = [];
        waitingBytes = blockHeaderBytes;
      }
      waiting.push(record);
      waitingBytes += bytes;
      end.records++;
      end.bytes += record[1].length;
    }
  }
  if (waiting.length > 0) yield* sealed(recordsBlock(waiting, waitingBytes));
  yield block(kindEnd, Buffer.from(JSON.stringify(end)));
}

/**
 * The records of a snapshot, block by block, each verified before it is handed out; the end is verified last. Throws
 * StorageError `corrupt`, or `unavailable` when the format is newer.
 */
export async function* readBlocks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<DiskRecord[], End> {
  const source = new Source(chunks);
  const found: End = { records: 0, bytes: 0, checksum: 0 };
  const start = await source.take(preambleBytes, 'its first bytes');
  checkPreamble(start);
  found.checksum = crc32(start);
  for (;;) {
    const where = `after ${found.records} records`;
    const header = await source.take(blockHeaderBytes, where);
    const kind = header.readUInt8(0);
    const length = header.readUInt32LE(1);
    if ((kind !== kindRecords && kind !== kindEnd) || length > maxBlockBytes) {
      throw damaged(`what follows ${where} is not of a snapshot`);
    }
    const payload = await source.take(length, where);
    if (crc32(payload) !== header.readUInt32LE(5)) throw damaged(`the block ${where} does not have its checksum`);
    if (kind === kindEnd) {
      checkEnd(JSON.parse(payload.toString()) as End, found);
      checkTail(await source.rest(maxTailBytes), source.digest());
      return found;
    }
    found.checksum = crc32(payload, crc32(header, found.checksum));
    const records = recordsOf(payload, where);
    found.records += records.length;
    for (const [, value] of records) found.bytes += value.length;
    yield records;
  }
}

export function damaged(what: string): StorageError {
  return new StorageError('corrupt', `the snapshot is damaged: ${what}. Nothing was taken from it; use another one`);
}

function preamble(): Buffer {
  const bytes = Buffer.alloc(preambleBytes);
  magic.copy(bytes);
  bytes.writeUInt32LE(snapshotFormat, magic.length);
  return bytes;
}

function checkPreamble(bytes: Buffer): void {
  if (!bytes.subarray(0, magic.length).equals(magic)) {
    throw new StorageError('corrupt', 'this is not a snapshot of a wherry store: it does not begin like one');
  }
  const format = bytes.readUInt32LE(magic.length);
  if (format > snapshotFormat) {
    throw new StorageError(
      'unavailable',
      `the snapshot is of format ${format} and this program reads formats up to ${snapshotFormat}: use the newer program`,
    );
  }
}

function checkEnd(said: End, found: End): void {
  if (said.records !== found.records || said.bytes !== found.bytes) {
    throw damaged(
      `${said.records} records of ${said.bytes} bytes were written and ${found.records} of ${found.bytes} bytes found`,
    );
  }
  if (said.checksum !== found.checksum) throw damaged('the whole does not have its checksum');
}

/** What a backup's file has after the snapshot, or nothing. */
function checkTail(tail: Buffer, hash: Hash): void {
  if (tail.length === 0) return;
  const padding = tail.subarray(0, Math.max(0, tail.length - sha256Bytes));
  if (tail.length < sha256Bytes || padding.some((byte) => byte !== 0)) throw damaged('there is more after its end');
  if (!hash.update(padding).digest().equals(tail.subarray(padding.length))) {
    throw damaged('the file does not have its checksum');
  }
}

function recordBytes([key, value]: DiskRecord): number {
  return recordHeaderBytes + key.length + value.length;
}

function recordsBlock(records: DiskRecord[], bytes: number): Buffer {
  const payload = Buffer.allocUnsafe(bytes - blockHeaderBytes);
  let at = 0;
  for (const [key, value] of records) {
    payload.writeUInt16LE(key.length, at);
    payload.writeUInt32LE(value.length, at + 2);
    at += recordHeaderBytes;
    at += payload.write(key, at, key.length, 'latin1');
    payload.set(value, at);
    at += value.length;
  }
  return block(kindRecords, payload);
}

function recordsOf(payload: Buffer, where: string): DiskRecord[] {
  const records: DiskRecord[] = [];
  let at = 0;
  while (at < payload.length) {
    if (at + recordHeaderBytes > payload.length) throw damaged(`the block ${where} ends within a record`);
    const keyEnd = at + recordHeaderBytes + payload.readUInt16LE(at);
    const valueEnd = keyEnd + payload.readUInt32LE(at + 2);
    if (valueEnd > payload.length) throw damaged(`the block ${where} ends within a record`);
    records.push([payload.toString('latin1', at + recordHeaderBytes, keyEnd), payload.subarray(keyEnd, valueEnd)]);
    at = valueEnd;
  }
  return records;
}

function block(kind: number, payload: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(blockHeaderBytes + payload.length);
  bytes.writeUInt8(kind, 0);
  bytes.writeUInt32LE(payload.length, 1);
  bytes.writeUInt32LE(crc32(payload), 5);
  bytes.set(payload, blockHeaderBytes);
  return bytes;
}

function* chunksOf(bytes: Buffer): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

/** Takes bytes by number from chunks of any size. */
class Source {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #hash = createHash('sha256');
  #parts: Uint8Array[] = [];
  #bytes = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  async take(count: number, where: string): Promise<Buffer> {
    while (this.#bytes < count) {
      if (!(await this.#more())) throw damaged(`it ends too early, ${where}`);
    }
    const all = this.#parts.length === 1 ? asBuffer(this.#parts[0] as Uint8Array) : Buffer.concat(this.#parts);
    this.#parts = all.length === count ? [] : [all.subarray(count)];
    this.#bytes = all.length - count;
    const taken = all.subarray(0, count);
    this.#hash.update(taken);
    return taken;
  }

  /** Of all that was taken. */
  digest(): Hash {
    return this.#hash;
  }

  /** All there is left, if it is not more. */
  async rest(most: number): Promise<Buffer> {
    while (this.#bytes <= most) {
      if (!(await this.#more())) return Buffer.concat(this.#parts);
    }
    throw damaged('there is more after its end');
  }

  async #more(): Promise<boolean> {
    const next = await this.#chunks.next();
    if (next.done === true) return false;
    this.#parts.push(next.value);
    this.#bytes += next.value.length;
    return true;
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

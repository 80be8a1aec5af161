import { constants, inflateRawSync } from 'node:zlib';
import { DICTIONARY_ID, headerDictionary } from './dictionary.ts';
import { SpdyError } from './spdy-error.ts';

/** Names in lower case; several values of one name are joined by \0, as on the wire. */
export type SpdyHeaders = Readonly<Record<string, string>>;

const WINDOW_BYTES = 32 * 1024;
const MAX_BLOCK_BYTES = 64 * 1024;
const MAX_PAIRS = 256;
const MAX_STORED_BYTES = 0xffff;

/**
 * Reads header blocks, all of which are one zlib stream. Every block ends at a byte (the protocol asks for a sync flush
 * after each), so what one leaves to the next is but the last 32 KiB of what came out: no inflater has to be kept.
 */
export class HeaderReader {
  #window: Buffer | undefined;

  /** Throws SpdyError. */
  read(block: Buffer): SpdyHeaders {
    let deflated = block;
    if (this.#window === undefined) {
      const { body, dictionary } = startOf(block);
      deflated = body;
      this.#window = dictionary;
    }
    const plain = inflate(deflated, this.#window);
    this.#window = Buffer.concat([this.#window, plain]).subarray(-WINDOW_BYTES);
    return parsePairs(plain);
  }
}

/** An empty stored block, as a sync flush writes it: readers like Go's give out what they have when they see it. */
const syncFlush = Buffer.from([0, 0, 0, 0xff, 0xff]);

/** Writes header blocks as stored blocks: they are few and short, and nothing of ours need be compressed. */
export class HeaderWriter {
  #started = false;

  write(headers: SpdyHeaders): Buffer {
    const pairs = Object.entries(headers);
    const parts = [uint32(pairs.length)];
    for (const text of pairs.flat()) {
      const bytes = Buffer.from(text);
      parts.push(uint32(bytes.length), bytes);
    }
    const plain = Buffer.concat(parts);
    const blocks: Buffer[] = this.#started ? [] : [Buffer.from([0x78, 0x01])];
    this.#started = true;
    for (let at = 0; at < plain.length; at += MAX_STORED_BYTES) {
      const piece = plain.subarray(at, at + MAX_STORED_BYTES);
      const head = Buffer.alloc(5);
      head.writeUInt16LE(piece.length, 1);
      head.writeUInt16LE(piece.length ^ 0xffff, 3);
      blocks.push(head, piece);
    }
    return Buffer.concat([...blocks, syncFlush]);
  }
}

/** The two bytes that begin a zlib stream, and the dictionary that they may name. */
function startOf(block: Buffer): { body: Buffer; dictionary: Buffer } {
  if (block.length < 2 || block.readUInt16BE(0) % 31 !== 0 || (block[0]! & 0x0f) !== 8)
    throw new SpdyError('the header blocks are not compressed with zlib');
  if ((block[1]! & 0x20) === 0) return { body: block.subarray(2), dictionary: Buffer.alloc(0) };
  if (block.length < 6 || block.readUInt32BE(2) !== DICTIONARY_ID)
    throw new SpdyError('the header blocks are compressed with an unknown dictionary');
  return { body: block.subarray(6), dictionary: headerDictionary };
}

function inflate(deflated: Buffer, dictionary: Buffer): Buffer {
  const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MAX_BLOCK_BYTES };
  try {
    return inflateRawSync(deflated, dictionary.length === 0 ? options : { ...options, dictionary });
  } catch (error) {
    throw new SpdyError('a header block cannot be decompressed', { cause: error });
  }
}

function parsePairs(plain: Buffer): SpdyHeaders {
  const headers = Object.create(null) as Record<string, string>;
  let at = 0;
  const take = (length: number): Buffer => {
    if (at + length > plain.length) throw new SpdyError('a header block is cut short');
    at += length;
    return plain.subarray(at - length, at);
  };
  const text = (): string => take(take(4).readUInt32BE()).toString();
  const pairs = take(4).readUInt32BE();
  if (pairs > MAX_PAIRS) throw new SpdyError('a header block has too many headers');
  for (let i = 0; i < pairs; i++) {
    const name = text().toLowerCase();
    headers[name] = text();
  }
  return headers;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

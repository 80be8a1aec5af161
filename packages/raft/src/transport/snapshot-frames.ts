import { crc32 } from 'node:zlib';
import type { Message } from '../core/types.ts';
import { CodecError } from './bytes.ts';
import { decodeMessages, encodeMessages } from './codec.ts';

export type SnapshotMessage = Message & { type: 'snapshot' };

/**
 * The stream of a snapshot: frames that begin with their kind. The end tells how much there was, so that a connection
 * that breaks is not taken for it.
 *
 *   0 the message (codec.ts)   1 a chunk of the contents   2 f64 bytes, u32 CRC of all chunks
 */
const kinds = { message: 0, chunk: 1, end: 2 };
const minChunkBytes = 64 << 10;
const maxChunkBytes = 1 << 20;

export async function* snapshotFrames(
  message: SnapshotMessage,
  chunks: AsyncIterable<Uint8Array>,
): AsyncIterable<Buffer> {
  yield frame(kinds.message, [encodeMessages([message])]);
  let bytes = 0;
  let crc = 0;
  for await (const chunk of chunksOfFairSize(chunks)) {
    for (const part of chunk) {
      bytes += part.length;
      crc = crc32(part, crc);
    }
    yield frame(kinds.chunk, chunk);
  }
  const end = Buffer.alloc(12);
  end.writeDoubleLE(bytes, 0);
  end.writeUInt32LE(crc, 8);
  yield frame(kinds.end, [end]);
}

/** The message, then the contents as they come. Throws CodecError, also when the stream ends before its end. */
export async function readSnapshotFrames(
  frames: AsyncIterator<Buffer>,
): Promise<{ message: SnapshotMessage; chunks: AsyncIterable<Uint8Array> }> {
  const first = await frames.next();
  if (first.done === true || first.value[0] !== kinds.message) throw new CodecError('there is no snapshot message');
  const [message, ...rest] = decodeMessages(first.value.subarray(1));
  if (message?.type !== 'snapshot' || rest.length > 0) throw new CodecError('there is no snapshot message');
  return { message, chunks: contents(frames) };
}

async function* contents(frames: AsyncIterator<Buffer>): AsyncIterable<Uint8Array> {
  let bytes = 0;
  let crc = 0;
  for (;;) {
    const { done, value } = await frames.next();
    if (done === true) throw new CodecError('the snapshot ends too early');
    const body = value.subarray(1);
    if (value[0] === kinds.chunk) {
      bytes += body.length;
      crc = crc32(body, crc);
      yield body;
    } else if (value[0] === kinds.end && body.length === 12) {
      if (body.readDoubleLE(0) !== bytes || body.readUInt32LE(8) !== crc)
        throw new CodecError('the snapshot is not whole');
      return;
    } else {
      throw new CodecError(`a snapshot has no frame of kind ${value[0]}`);
    }
  }
}

async function* chunksOfFairSize(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array[]> {
  let gathered: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += maxChunkBytes) {
      const part = chunk.subarray(at, at + maxChunkBytes);
      if (bytes + part.length > maxChunkBytes) {
        yield gathered;
        gathered = [];
        bytes = 0;
      }
      gathered.push(part);
      bytes += part.length;
    }
    if (bytes >= minChunkBytes) {
      yield gathered;
      gathered = [];
      bytes = 0;
    }
  }
  if (bytes > 0) yield gathered;
}

function frame(kind: number, parts: readonly Uint8Array[]): Buffer {
  return Buffer.concat([Buffer.of(kind), ...parts]);
}

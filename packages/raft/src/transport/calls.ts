import type { ClientWritableStream } from '@grpc/grpc-js';
import { dial } from './dial.ts';
import { callMetadata, type LinkParts } from './peer-link.ts';
import type { PeerTls } from './peer-tls.ts';
import { asIs, paths } from './service.ts';
import { type SnapshotMessage, snapshotFrames } from './snapshot-frames.ts';

const askLimitMs = 5000;
/** A frame that has not left by then will not, and an answer that is not there when all have will not come. */
const frameLimitMs = 30_000;

/** What a member of the cluster says to those who want to join: whatever its application made of it. */
export async function askMembers(url: string, tls: PeerTls | undefined): Promise<Uint8Array> {
  const client = dial(url, tls);
  return await new Promise<Uint8Array>((resolve, reject) => {
    const deadline = Date.now() + askLimitMs;
    client.makeUnaryRequest(paths.members, asIs, asIs, Buffer.of(), { deadline }, (error, value) => {
      client.close();
      if (error !== null || value === undefined) reject(new Error(`${url}: ${error?.details}`, { cause: error }));
      else resolve(value);
    });
  });
}

/** Over a connection of its own. Resolves when the other member has taken it in whole. */
export async function callSnapshot(
  parts: LinkParts,
  url: string,
  message: SnapshotMessage,
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const client = dial(url, parts.tls);
  let call: ClientWritableStream<Buffer> | undefined;
  const cancel = (): void => call?.cancel();
  try {
    await new Promise<void>((resolve, reject) => {
      call = client.makeClientStreamRequest(paths.snapshot, asIs, asIs, callMetadata(parts, message.to), (error) => {
        if (error === null) resolve();
        else reject(new Error(`${url}: ${error.details}`, { cause: error }));
      });
      call.on('error', () => undefined);
      signal.addEventListener('abort', cancel);
      if (signal.aborted) cancel();
      writeAll(call, snapshotFrames(message, chunks)).catch((error: unknown) => {
        reject(error);
        cancel();
      });
    });
  } finally {
    signal.removeEventListener('abort', cancel);
    client.close();
  }
}

async function writeAll(call: ClientWritableStream<Buffer>, frames: AsyncIterable<Buffer>): Promise<void> {
  let ended = false;
  const end = new Promise<'ended'>((resolve) =>
    call.once('status', () => {
      ended = true;
      resolve('ended');
    }),
  );
  for await (const frame of frames) {
    if (ended) return;
    await within(frameLimitMs, Promise.race([end, new Promise<void>((resolve) => call.write(frame, () => resolve()))]));
  }
  call.end();
}

async function within<T>(limitMs: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing was taken for ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CliError } from '../cli/errors.ts';

/** A file holds what came over the etcd v3 API: a snapshot, and the sha256 of it. */
const HASH_BYTES = 32;

/**
 * Under another name until it is whole, as its end tells. @returns the size of the file
 * @throws {CliError} when it is not whole; then there is no file
 */
export async function writeBackup(path: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
  const part = `${path}.part`;
  const file = await open(part, 'w', 0o600);
  try {
    const hash = createHash('sha256');
    let tail: Buffer = Buffer.alloc(0);
    let bytes = 0;
    for await (const chunk of chunks) {
      await file.writeFile(chunk);
      bytes += chunk.length;
      const joined = Buffer.concat([tail, chunk]);
      const hashed = Math.max(0, joined.length - HASH_BYTES);
      hash.update(joined.subarray(0, hashed));
      tail = joined.subarray(hashed);
    }
    if (!hash.digest().equals(tail)) throw new CliError('the snapshot did not arrive whole');
    await file.sync();
    await file.close();
    await rename(part, path);
    await syncFolder(dirname(path));
    return bytes;
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(part, { force: true });
    throw error;
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

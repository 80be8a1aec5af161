import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { maintenanceService } from '@wherry/store/etcd-proto';
import { type CommandSpec, defineCommand } from '../cli/command.ts';
import { CliError } from '../cli/errors.ts';
import { connectionFlags, EtcdConnection } from './connection.ts';
import { exactly } from './members.ts';
import { formatBytes } from './output.ts';

const HASH_BYTES = 32;

const save = defineCommand({
  name: 'save',
  summary: 'Write a backup of the store to a file',
  usage: 'FILE [flags]',
  flags: connectionFlags,
  run: async (invocation) => {
    const [file] = exactly(invocation, ['snapshot file']);
    const path = resolve(invocation.io.cwd, file);
    using etcd = new EtcdConnection(invocation.flags);
    const bytes = await writeWhole(path, blobs(etcd));
    invocation.out(`Snapshot saved at ${file} (${formatBytes(bytes)})\n`);
  },
});

async function* blobs(etcd: EtcdConnection): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const { blob } of etcd.stream(maintenanceService.snapshot, {})) yield blob;
}

/**
 * Under another name until it is whole, as its end tells: the hash of all that is before it.
 * @returns the size of the file
 */
export async function writeWhole(path: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
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

export const snapshotCommand: CommandSpec = {
  name: 'snapshot',
  summary: 'Backups of the store: save, restore, status',
  usage: 'SUBCOMMAND',
  flags: {},
  subcommands: [save],
};

import { createReadStream } from 'node:fs';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { maintenanceService } from '@wherry/store/etcd-proto';
import { type CommandSpec, defineCommand } from '../cli/command.ts';
import { CliError, UsageError } from '../cli/errors.ts';
import { list, string } from '../cli/flags.ts';
import { controlPlane } from '../cluster/control-plane.ts';
import { writeBackup } from './backup-file.ts';
import { connectionFlags, EtcdConnection } from './connection.ts';
import { formatId } from './ids.ts';
import { exactly } from './members.ts';
import { flagsOfOutput, formatBytes, print } from './output.ts';

const save = defineCommand({
  name: 'save',
  summary: 'Write a backup of the store to a file',
  usage: 'FILE [flags]',
  flags: connectionFlags,
  run: async (invocation) => {
    const [file] = exactly(invocation, ['snapshot file']);
    using etcd = new EtcdConnection(invocation.flags);
    const bytes = await writeBackup(resolve(invocation.io.cwd, file), blobs(etcd));
    invocation.out(`Snapshot saved at ${file} (${formatBytes(bytes)})\n`);
  },
});

async function* blobs(etcd: EtcdConnection): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const { blob } of etcd.stream(maintenanceService.snapshot, {})) yield blob;
}

const status = defineCommand({
  name: 'status',
  summary: 'Show what a backup holds, once all of it was found whole',
  usage: 'FILE [flags]',
  flags: flagsOfOutput,
  run: async (invocation) => {
    const [file] = exactly(invocation, ['snapshot file']);
    const { snapshotStatus } = await import('@wherry/store/backup');
    const found = await said(snapshotStatus(createReadStream(resolve(invocation.io.cwd, file))));
    const hash = found.hash.toString(16);
    print(invocation, {
      columns: ['HASH', 'REVISION', 'TOTAL KEYS', 'TOTAL SIZE'],
      rows: [[hash, String(found.revision), String(found.totalKeys), formatBytes(found.totalSizeBytes)]],
      json: { ...found, hash, clusterId: formatId(found.clusterId), members: found.members.map(({ name }) => name) },
    });
  },
});

const restore = defineCommand({
  name: 'restore',
  summary: 'Make the data directory of a member of a new cluster from a backup',
  usage: 'FILE --data-dir=DIR [flags]',
  description:
    'Makes the data directory of a member of a new cluster from a backup. No member of the old cluster may run on. Each member of the new one is restored from the same backup with the same --initial-cluster, and its apiserver started with that. Unless told, it is the first apiserver of wherry up.',
  flags: {
    'data-dir': string('The directory to be made: the --data-dir of the apiserver'),
    'initial-cluster': list('The members of the new cluster: name=peer URL'),
    'initial-cluster-token': string('Tells clusters apart that are restored from the same backup', 'wherry'),
  },
  run: async (invocation) => {
    const [file] = exactly(invocation, ['snapshot file']);
    const { flags, io } = invocation;
    if (flags['data-dir'] === '') throw new UsageError('--data-dir is not given');
    const { restoreStore } = await import('@wherry/store/backup');
    const read = () => createReadStream(resolve(io.cwd, file));
    const path = resolve(io.cwd, flags['data-dir']);
    const initialCluster = membersOf(flags['initial-cluster']);
    const options = { path, initialCluster, initialClusterToken: flags['initial-cluster-token'] };
    const { revision, totalKeys } = await said(restoreStore(read, options));
    invocation.out(`Restored ${totalKeys} keys at revision ${revision} into ${flags['data-dir']}\n`);
  },
});

/** @throws {UsageError} for what is not name=URL */
function membersOf(texts: readonly string[]): Record<string, string[]> {
  if (texts.length === 0) {
    const { member, peerUrl } = controlPlane(0, hostname().toLowerCase());
    return { [member]: [peerUrl] };
  }
  const members: Record<string, string[]> = {};
  for (const text of texts) {
    const [, name = '', url = ''] = /^([^=]+)=(.*)$/.exec(text) ?? [];
    if (!URL.canParse(url)) throw new UsageError(`--initial-cluster: ${text} is not name=URL`);
    (members[name] ??= []).push(new URL(url).origin);
  }
  return members;
}

/** The store's own words, as of an error of the user's. */
async function said<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new CliError((error as Error).message);
  }
}

export const snapshotCommand: CommandSpec = {
  name: 'snapshot',
  summary: 'Backups of the store: save, restore, status',
  usage: 'SUBCOMMAND',
  flags: {},
  subcommands: [save, restore, status],
};

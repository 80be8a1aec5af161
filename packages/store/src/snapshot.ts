import type { Disk, DiskOperation } from '@wherry/raft/disk';
import type { Member } from './etcd-store.ts';
import { load, type Loaded } from './load.ts';
import { summaryKey } from './record.ts';
import { damaged, readBlocks, writeSnapshot } from './snapshot-format.ts';
import { StorageError } from './storage.ts';
import { readSummary, type Summary } from './summary.ts';

export { writeSnapshot };

/** What one batch takes at most while a snapshot is written down. */
const batchRecords = 1000;
const batchBytes = 1 << 20;

/**
 * Writes the snapshot to an empty disk, in synced batches, the summary last: of what is left when it rejects nothing
 * can be opened. What it says is verified as far as the snapshot goes; load() verifies the records themselves. With
 * `clusterId` a snapshot of another cluster is refused with `cluster`.
 */
export async function readSnapshot(
  chunks: AsyncIterable<Uint8Array>,
  disk: Disk,
  expected: { clusterId?: number } = {},
): Promise<void> {
  let operations: DiskOperation[] = [];
  let bytes = 0;
  let last: DiskOperation | undefined;
  for await (const records of readBlocks(chunks)) {
    for (const [key, value] of records) {
      if (key === summaryKey) {
        checkCluster(readSummary(value), expected.clusterId);
        // Its block is copied, as it must not go before the end was seen.
        last = { type: 'put', key, value: Buffer.from(value) };
        continue;
      }
      operations.push({ type: 'put', key, value });
      bytes += value.length;
      if (operations.length < batchRecords && bytes < batchBytes) continue;
      await disk.batch(operations, { sync: true });
      operations = [];
      bytes = 0;
    }
  }
  if (last === undefined) throw damaged('there is no summary in it');
  await disk.batch([...operations, last], { sync: true });
}

export interface SnapshotStatus {
  /** Checksum of everything in it. */
  hash: number;
  revision: number;
  compactedRevision: number;
  /** States of keys, and the bytes of all there is. */
  totalKeys: number;
  totalSizeBytes: number;
  clusterId: number;
  /** Of the disk. */
  format: number;
  appliedIndex: number;
  members: Member[];
}

/** What a snapshot holds, once all of it was found whole. */
export async function snapshotStatus(chunks: AsyncIterable<Uint8Array>): Promise<SnapshotStatus> {
  const blocks = readBlocks(chunks);
  let summary: Summary | undefined;
  for (;;) {
    const next = await blocks.next();
    if (next.done === true) {
      if (summary === undefined) throw damaged('there is no summary in it');
      return statusOf(summary, next.value);
    }
    const found = next.value.find(([key]) => key === summaryKey);
    if (found !== undefined) summary = readSummary(found[1]);
  }
}

function statusOf(summary: Summary, end: { checksum: number; bytes: number }): SnapshotStatus {
  const { revision, compactedRevision, records, clusterId, format, index, members } = summary;
  return {
    hash: end.checksum,
    revision,
    compactedRevision,
    totalKeys: records,
    totalSizeBytes: end.bytes,
    clusterId,
    format,
    appliedIndex: index,
    members,
  };
}

/**
 * Makes an empty disk the state of a new cluster, with the data and revisions of a backup. All members of it must be
 * made from the same backup, for the same cluster. Leases go on where they were; who was a member, and what had been
 * raised or proposed, is forgotten.
 */
export async function restoreBackup(
  chunks: AsyncIterable<Uint8Array>,
  disk: Disk,
  cluster: { clusterId: number; members: Member[] },
): Promise<Loaded> {
  await readSnapshot(chunks, disk);
  const loaded = await load(disk);
  const { state, ledger } = loaded;
  const members = [...cluster.members].sort((a, b) => a.id - b.id);
  const ids = (isLearner: boolean): number[] =>
    members.filter((each) => each.isLearner === isLearner).map(({ id }) => id);
  state.clusterId = cluster.clusterId;
  state.members = members;
  state.configuration = { voters: ids(false), learners: ids(true) };
  state.removed = [];
  state.alarms = [];
  state.sessions = [];
  await disk.batch([ledger.seal(state)], { sync: true });
  return loaded;
}

function checkCluster({ clusterId }: Summary, expected: number | undefined): void {
  if (expected === undefined || clusterId === expected) return;
  const hex = (id: number): string => id.toString(16);
  throw new StorageError('cluster', `the snapshot is of cluster ${hex(clusterId)}, and this is ${hex(expected)}`);
}

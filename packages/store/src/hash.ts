import { crc32 } from 'node:zlib';
import type { Clock } from '@wherry/raft';
import { compactedAway, inTheFuture } from './respond.ts';
import { versionAt, versionsOf, type KeyHistory, type State, type Version } from './state.ts';
import { StorageError } from './storage.ts';

/** Keys looked at in one stretch: a few milliseconds. */
const stretchKeys = 5000;
const bytesPerVersion = 20;

export interface StateHash {
  hash: number;
  revision: number;
  compactedRevision: number;
}

/**
 * The checksum of all keys' states in (compacted, revision], and of those visible at the compacted revision, in order
 * of keys: the same on every member, however much of what is compacted it still has. It is made from the records'
 * checksums, each of which covers key, value, versions and all changes before. `revision` 0 is the newest. Others have
 * their turn between stretches; when there was a compaction meanwhile it begins again. Rejects with StorageError
 * `compacted` or `future-revision`.
 */
export async function hashOf(state: State, revision: number, clock: Pick<Clock, 'turn'>): Promise<StateHash> {
  const upTo = revision === 0 ? state.revision : revision;
  if (upTo > state.revision) throw refused(inTheFuture);
  for (;;) {
    const compacted = state.compactedRevision;
    if (upTo < compacted) throw refused(compactedAway);
    let hash = 0;
    let from: string | undefined = '';
    while (from !== undefined && state.compactedRevision === compacted) {
      const stretch: KeyHistory[] = [];
      from = nextStretch(state, from, stretch);
      for (const history of stretch) hash = hashKey(hash, history, compacted, upTo);
      if (from !== undefined) await clock.turn();
    }
    if (from === undefined) return { hash, revision: upTo, compactedRevision: compacted };
  }
}

/** Returns where the next one starts. */
function nextStretch(state: State, from: string, stretch: KeyHistory[]): string | undefined {
  let next: string | undefined;
  state.index.scan(from, (history) => {
    if (stretch.length < stretchKeys) {
      stretch.push(history);
      return true;
    }
    next = history.key;
    return false;
  });
  return next;
}

function hashKey(hash: number, history: KeyHistory, compacted: number, upTo: number): number {
  if (history.older === undefined) {
    const { newest } = history;
    const counts = newest.mod <= upTo && (newest.mod > compacted || newest.version !== 0);
    return counts ? crc32(bytesOf([newest]), hash) : hash;
  }
  const visible = versionAt(history, compacted);
  const counted = versionsOf(history).filter(({ mod }) => mod > compacted && mod <= upTo);
  return crc32(bytesOf(visible === undefined ? counted : [visible, ...counted]), hash);
}

function bytesOf(versions: Version[]): Buffer {
  const bytes = Buffer.allocUnsafe(versions.length * bytesPerVersion);
  let at = 0;
  for (const { mod, sub, version, checksum } of versions) {
    bytes.writeDoubleLE(mod, at);
    bytes.writeUInt32LE(sub, at + 8);
    // Less than 2^32 writes since a key was made; what is beyond is covered by the checksum.
    bytes.writeUInt32LE(version >>> 0, at + 12);
    bytes.writeInt32LE(checksum, at + 16);
    at += bytesPerVersion;
  }
  return bytes;
}

function refused(response: typeof inTheFuture): StorageError {
  if (response.type !== 'error') throw new Error('not a refusal');
  return new StorageError(response.code, response.message);
}

import { decodeChange, valueOf, type ChangeRecord } from './record.ts';
import { inRange } from './byte-string.ts';
import type { KeyRange } from './etcd-store.ts';
import { versionsOf, type State, type Version } from './state.ts';
import type { KeyValue, WatchBatch, WatchEvent } from './storage.ts';
import type { Values } from './values.ts';

/** What one stretch of replay may read, whole revisions at a time. */
const stretchRecords = 300;
const stretchBytes = 2 << 20;

/** The next events from `from` on, at most to `to`, read from disk; both are uncompacted. */
export function readEvents(state: State, values: Values, range: KeyRange, from: number, to: number): WatchBatch {
  const events: WatchEvent[] = [];
  let records = 0;
  let bytes = 0;
  let revision = Math.max(from, 2) - 1;
  while (revision < to && records < stretchRecords && bytes < stretchBytes) {
    revision++;
    let count = 1;
    for (let sub = 0; sub < count; sub++) {
      const stored = values.recordAt(revision, sub);
      const record = decodeChange(stored, revision, sub);
      count = record.count;
      records++;
      bytes += stored.length;
      if (!inRange(record.key, range)) continue;
      const event = toEvent(state, values, record, valueOf(stored));
      bytes += event.previous?.value.length ?? 0;
      events.push(event);
    }
  }
  return { revision, events };
}

function toEvent(state: State, values: Values, record: ChangeRecord, value: Uint8Array): WatchEvent {
  const { key, revision, createRevision, version, lease } = record;
  const kv: KeyValue = { key, value, createRevision, modRevision: revision, version, lease };
  const before = versionBefore(state, key, revision);
  return {
    type: version === 0 ? 'delete' : 'put',
    kv,
    previous: before === undefined ? undefined : values.keyValue(key, before),
  };
}

/** Undefined when the key did not exist, or what it was is only seen from below the compacted revision. */
function versionBefore(state: State, key: string, revision: number): Version | undefined {
  if (revision <= state.compactedRevision) return undefined;
  const history = state.index.get(key);
  const versions = history === undefined ? [] : versionsOf(history);
  const place = versions.findLastIndex((version) => version.mod === revision);
  const before = versions[place - 1];
  return before === undefined || before.version === 0 ? undefined : before;
}

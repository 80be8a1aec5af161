import { Counter, Gauge, type Registry } from '@wherry/daemon/metrics';
import type { Store } from '@wherry/store';
import type { LeaderWatch } from './leader-watch.ts';

/** What etcd says of itself, under etcd's names, read when it is asked for. */
export function addStoreMetrics(registers: Registry, member: Store, leaders: LeaderWatch): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers: [registers],
      collect() {
        this.set(read());
      },
    });
  };
  gauge('etcd_server_has_leader', 'Whether or not a leader exists. 1 is existence, 0 is not.', () =>
    Number(member.stats().hasLeader),
  );
  gauge('etcd_server_is_leader', 'Whether or not this member is a leader. 1 if is, 0 otherwise.', () =>
    Number(member.stats().isLeader),
  );
  gauge('etcd_server_is_learner', 'Whether or not this member is a learner. 1 if is, 0 otherwise.', () =>
    Number(member.status().isLearner),
  );
  gauge(
    'etcd_server_proposals_committed_total',
    'The total number of consensus proposals committed.',
    () => member.stats().committedIndex,
  );
  gauge(
    'etcd_server_proposals_applied_total',
    'The total number of consensus proposals applied.',
    () => member.stats().appliedIndex,
  );
  gauge(
    'etcd_server_proposals_pending',
    'The current number of pending proposals to commit.',
    () => member.stats().proposalsPending,
  );
  gauge(
    'etcd_mvcc_db_total_size_in_bytes',
    'Total size of the underlying database in bytes.',
    () => member.status().dbSizeBytes,
  );
  gauge('etcd_debugging_mvcc_keys_total', 'Total number of keys.', () => member.stats().keys);
  gauge('etcd_debugging_mvcc_watcher_total', 'Total number of watchers.', () => member.stats().watchers);
  gauge('etcd_debugging_mvcc_current_revision', 'The current revision of store.', () => member.stats().revision);
  gauge(
    'etcd_debugging_mvcc_compact_revision',
    'The revision of the last compaction in store.',
    () => member.stats().compactedRevision,
  );
  let told = 0;
  new Counter({
    name: 'etcd_server_leader_changes_seen_total',
    help: 'The number of leader changes seen.',
    registers: [registers],
    collect() {
      this.inc(leaders.changes - told);
      told = leaders.changes;
    },
  });
}

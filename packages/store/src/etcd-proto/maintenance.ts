import { bool, bound, bytes, enumeration, id, int64, text, uint32, uint64 } from './kinds.ts';
import { responseHeader } from './kv.ts';
import { message, repeated, single } from './message.ts';

const header = single(1, responseHeader);

export const AlarmType = { none: 0, noSpace: 1, corrupt: 2 } as const;
export const AlarmAction = { get: 0, activate: 1, deactivate: 2 } as const;

export const alarmRequest = message('AlarmRequest', {
  action: single(1, enumeration),
  memberId: single(2, id),
  alarm: single(3, enumeration),
});
export const alarmMember = message('AlarmMember', { memberId: single(1, id), alarm: single(2, enumeration) });
export const alarmResponse = message('AlarmResponse', { header, alarms: repeated(2, alarmMember) });

export const statusRequest = message('StatusRequest', {});
export const statusResponse = message('StatusResponse', {
  header,
  version: single(2, text),
  dbSize: single(3, int64),
  leader: single(4, id),
  raftIndex: single(5, uint64),
  raftTerm: single(6, uint64),
  raftAppliedIndex: single(7, uint64),
  errors: repeated(8, text),
  dbSizeInUse: single(9, int64),
  isLearner: single(10, bool),
  storageVersion: single(11, text),
  dbSizeQuota: single(12, int64),
});

export const defragmentRequest = message('DefragmentRequest', {});
export const defragmentResponse = message('DefragmentResponse', { header });

export const hashRequest = message('HashRequest', {});
export const hashResponse = message('HashResponse', { header, hash: single(2, uint32) });

export const hashKvRequest = message('HashKVRequest', { revision: single(1, bound) });
export const hashKvResponse = message('HashKVResponse', {
  header,
  hash: single(2, uint32),
  compactRevision: single(3, int64),
  hashRevision: single(4, int64),
});

export const snapshotRequest = message('SnapshotRequest', {});
/** The blobs of the stream put together are the snapshot, with the sha256 of what is before it in its last 32 bytes. */
export const snapshotResponse = message('SnapshotResponse', {
  header,
  remainingBytes: single(2, uint64),
  blob: single(3, bytes),
  version: single(4, text),
});

export const moveLeaderRequest = message('MoveLeaderRequest', { targetId: single(1, id) });
export const moveLeaderResponse = message('MoveLeaderResponse', { header });

export const downgradeRequest = message('DowngradeRequest', {
  action: single(1, enumeration),
  version: single(2, text),
});
export const downgradeResponse = message('DowngradeResponse', { header, version: single(2, text) });

import { bool, bound, byteString, enumeration, int64, signedId, text } from './kinds.ts';
import { keyValue, responseHeader } from './kv.ts';
import { message, oneof, repeated, single } from './message.ts';

export const WatchFilter = { noPut: 0, noDelete: 1 } as const;

export const watchCreateRequest = message('WatchCreateRequest', {
  key: single(1, byteString),
  rangeEnd: single(2, byteString),
  startRevision: single(3, bound),
  progressNotify: single(4, bool),
  filters: repeated(5, enumeration),
  prevKv: single(6, bool),
  watchId: single(7, signedId),
  fragment: single(8, bool),
});

export const watchCancelRequest = message('WatchCancelRequest', { watchId: single(1, signedId) });

export const watchProgressRequest = message('WatchProgressRequest', {});

/** Exactly one of them. */
export const watchRequest = message('WatchRequest', {
  create: oneof(1, watchCreateRequest),
  cancel: oneof(2, watchCancelRequest),
  progress: oneof(3, watchProgressRequest),
});

export const EventType = { put: 0, delete: 1 } as const;

export const event = message('Event', {
  type: single(1, enumeration),
  kv: single(2, keyValue),
  prevKv: single(3, keyValue),
});

export const watchResponse = message('WatchResponse', {
  header: single(1, responseHeader),
  watchId: single(2, signedId),
  created: single(3, bool),
  canceled: single(4, bool),
  compactRevision: single(5, int64),
  cancelReason: single(6, text),
  fragment: single(7, bool),
  events: repeated(11, event),
});

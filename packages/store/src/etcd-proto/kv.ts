import { bool, bound, byteString, bytes, enumeration, id, int64, signedId, uint64 } from './kinds.ts';
import { type Decoded, type Input, type Message, message, oneof, repeated, single } from './message.ts';

/** Who answered, and of what revision. The ids of a real etcd use all 64 bits. */
export const responseHeader = message('ResponseHeader', {
  clusterId: single(1, id),
  memberId: single(2, id),
  revision: single(3, int64),
  raftTerm: single(4, uint64),
});

export const keyValue = message('KeyValue', {
  key: single(1, byteString),
  createRevision: single(2, int64),
  modRevision: single(3, int64),
  version: single(4, int64),
  value: single(5, bytes),
  lease: single(6, signedId),
});

export const SortOrder = { none: 0, ascend: 1, descend: 2 } as const;
export const SortTarget = { key: 0, version: 1, create: 2, mod: 3, value: 4 } as const;

export const rangeRequest = message('RangeRequest', {
  key: single(1, byteString),
  rangeEnd: single(2, byteString),
  limit: single(3, bound),
  revision: single(4, bound),
  sortOrder: single(5, enumeration),
  sortTarget: single(6, enumeration),
  serializable: single(7, bool),
  keysOnly: single(8, bool),
  countOnly: single(9, bool),
  minModRevision: single(10, bound),
  maxModRevision: single(11, bound),
  minCreateRevision: single(12, bound),
  maxCreateRevision: single(13, bound),
});

export const rangeResponse = message('RangeResponse', {
  header: single(1, responseHeader),
  kvs: repeated(2, keyValue),
  more: single(3, bool),
  count: single(4, int64),
});

export const putRequest = message('PutRequest', {
  key: single(1, byteString),
  value: single(2, bytes),
  lease: single(3, signedId),
  prevKv: single(4, bool),
  ignoreValue: single(5, bool),
  ignoreLease: single(6, bool),
});

export const putResponse = message('PutResponse', {
  header: single(1, responseHeader),
  prevKv: single(2, keyValue),
});

export const deleteRangeRequest = message('DeleteRangeRequest', {
  key: single(1, byteString),
  rangeEnd: single(2, byteString),
  prevKv: single(3, bool),
});

export const deleteRangeResponse = message('DeleteRangeResponse', {
  header: single(1, responseHeader),
  deleted: single(2, int64),
  prevKvs: repeated(3, keyValue),
});

export const CompareResult = { equal: 0, greater: 1, less: 2, notEqual: 3 } as const;
export const CompareTarget = { version: 0, create: 1, mod: 2, value: 3, lease: 4 } as const;

export const compare = message('Compare', {
  result: single(1, enumeration),
  target: single(2, enumeration),
  key: single(3, byteString),
  version: oneof(4, bound),
  createRevision: oneof(5, bound),
  modRevision: oneof(6, bound),
  value: oneof(7, bytes),
  lease: oneof(8, bound),
  rangeEnd: single(64, byteString),
});

/** Exactly one of them. */
export interface RequestOp<Range, Put, Delete, Txn> {
  range?: Range | undefined;
  put?: Put | undefined;
  deleteRange?: Delete | undefined;
  txn?: Txn | undefined;
}
export type DecodedRequestOp = RequestOp<
  Decoded<typeof rangeRequest>,
  Decoded<typeof putRequest>,
  Decoded<typeof deleteRangeRequest>,
  DecodedTxnRequest
>;
export type InputRequestOp = RequestOp<
  Input<typeof rangeRequest>,
  Input<typeof putRequest>,
  Input<typeof deleteRangeRequest>,
  InputTxnRequest
>;
export interface DecodedTxnRequest {
  compare: readonly Decoded<typeof compare>[];
  success: readonly DecodedRequestOp[];
  failure: readonly DecodedRequestOp[];
}
export interface InputTxnRequest {
  compare?: readonly Input<typeof compare>[] | undefined;
  success?: readonly InputRequestOp[] | undefined;
  failure?: readonly InputRequestOp[] | undefined;
}

export const requestOp: Message<DecodedRequestOp, InputRequestOp> = message('RequestOp', {
  range: oneof(1, rangeRequest),
  put: oneof(2, putRequest),
  deleteRange: oneof(3, deleteRangeRequest),
  txn: oneof(4, (): Message<DecodedTxnRequest, InputTxnRequest> => txnRequest),
});

export const txnRequest: Message<DecodedTxnRequest, InputTxnRequest> = message('TxnRequest', {
  compare: repeated(1, compare),
  success: repeated(2, requestOp),
  failure: repeated(3, requestOp),
});

/** Exactly one of them, the counterpart of the request's. */
export interface ResponseOp<Range, Put, Delete, Txn> {
  range?: Range | undefined;
  put?: Put | undefined;
  deleteRange?: Delete | undefined;
  txn?: Txn | undefined;
}
export type DecodedResponseOp = ResponseOp<
  Decoded<typeof rangeResponse>,
  Decoded<typeof putResponse>,
  Decoded<typeof deleteRangeResponse>,
  DecodedTxnResponse
>;
export type InputResponseOp = ResponseOp<
  Input<typeof rangeResponse>,
  Input<typeof putResponse>,
  Input<typeof deleteRangeResponse>,
  InputTxnResponse
>;
export interface DecodedTxnResponse {
  header: Decoded<typeof responseHeader> | undefined;
  succeeded: boolean;
  responses: readonly DecodedResponseOp[];
}
export interface InputTxnResponse {
  header?: Input<typeof responseHeader> | undefined;
  succeeded?: boolean | undefined;
  responses?: readonly InputResponseOp[] | undefined;
}

export const responseOp: Message<DecodedResponseOp, InputResponseOp> = message('ResponseOp', {
  range: oneof(1, rangeResponse),
  put: oneof(2, putResponse),
  deleteRange: oneof(3, deleteRangeResponse),
  txn: oneof(4, (): Message<DecodedTxnResponse, InputTxnResponse> => txnResponse),
});

export const txnResponse: Message<DecodedTxnResponse, InputTxnResponse> = message('TxnResponse', {
  header: single(1, responseHeader),
  succeeded: single(2, bool),
  responses: repeated(3, responseOp),
});

export const compactionRequest = message('CompactionRequest', {
  revision: single(1, bound),
  physical: single(2, bool),
});

export const compactionResponse = message('CompactionResponse', { header: single(1, responseHeader) });

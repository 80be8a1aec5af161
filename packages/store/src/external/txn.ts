import {
  CompareResult,
  CompareTarget,
  type DecodedResponseOp,
  type DecodedTxnResponse,
  type InputRequestOp,
  type InputTxnRequest,
} from '../etcd-proto/index.ts';
import type { Compare, Operation, OperationResult, TxnRequest, TxnResult } from '../storage.ts';
import type { Keys } from './keys.ts';

const results = {
  '=': CompareResult.equal,
  '!=': CompareResult.notEqual,
  '<': CompareResult.less,
  '>': CompareResult.greater,
} as const;

/** A transaction in etcd's form. */
export function toEtcd({ compares, success, failure = [] }: TxnRequest, keys: Keys): InputTxnRequest {
  const operation = (each: Operation): InputRequestOp => operationToEtcd(each, keys);
  return {
    compare: compares.map((each) => compareToEtcd(each, keys)),
    success: success.map(operation),
    failure: failure.map(operation),
  };
}

/** The answer to it. A response without a header is none of etcd's. */
export function fromEtcd(response: DecodedTxnResponse, keys: Keys): TxnResult {
  return {
    succeeded: response.succeeded,
    revision: response.header?.revision ?? 0,
    results: response.responses.map((each) => resultOf(each, keys)),
  };
}

function compareToEtcd({ key, target, op, value }: Compare, keys: Keys) {
  const common = { key: keys.stored(key), result: results[op] };
  switch (target) {
    case 'version':
      return { ...common, target: CompareTarget.version, version: value };
    case 'createRevision':
      return { ...common, target: CompareTarget.create, createRevision: value };
    case 'modRevision':
      return { ...common, target: CompareTarget.mod, modRevision: value };
    case 'lease':
      return { ...common, target: CompareTarget.lease, lease: value };
  }
}

function operationToEtcd(operation: Operation, keys: Keys): InputRequestOp {
  switch (operation.type) {
    case 'put': {
      const { key, value, lease } = operation;
      return { put: { key: keys.stored(key), value, lease, prevKv: true } };
    }
    case 'delete':
      return { deleteRange: { key: keys.stored(operation.key), prevKv: true } };
    case 'deletePrefix':
      return { deleteRange: { ...keys.range(operation.prefix), prevKv: true } };
    case 'get':
      return { range: { key: keys.stored(operation.key) } };
  }
}

function resultOf({ range, put, deleteRange }: DecodedResponseOp, keys: Keys): OperationResult {
  const found = range?.kvs ?? deleteRange?.prevKvs ?? (put?.prevKv ? [put.prevKv] : []);
  return { kvs: found.map((kv) => keys.read(kv)) };
}

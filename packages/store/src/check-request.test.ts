import { describe, expect, it } from 'vitest';
import { checkTransaction } from './check-request.ts';
import type { EtcdOperation } from './etcd-store.ts';

const limits = { maxValueBytes: 100, maxTxnBytes: 1000, maxTxnOperations: 10 };
const put = (key: string): EtcdOperation => ({ type: 'put', key, value: new Uint8Array(1) });
const remove = (key: string, rangeEnd?: string): EtcdOperation => ({ type: 'delete', key, rangeEnd });
const txn = (success: EtcdOperation[], failure: EtcdOperation[] = []): EtcdOperation => ({
  type: 'txn',
  compares: [],
  success,
  failure,
});
const check = (...success: EtcdOperation[]) => checkTransaction({ compares: [], success, failure: [] }, limits);

describe('a key', () => {
  it('may be put one way and deleted or put the other', () => {
    check(txn([put('a')], [remove('a'), put('b')]));
    check(txn([put('a')], [put('a')]));
    check(put('c'), txn([put('a')], [remove('a', 'b')]), remove('d'));
  });

  it.each([
    ['twice', [put('a'), put('a')]],
    ['and deleted', [put('b'), remove('a', 'c')]],
    ['and deleted before', [remove('a', '\0'), put('b')]],
    ['within and without', [txn([], [put('a')]), put('a')]],
    ['within and deleted later', [txn([put('a')]), txn([], [remove('a')])]],
    ['and deleted within', [put('b'), txn([remove('a', 'c')])]],
  ])('may not be put %s', (_, operations) => {
    expect(() => check(...operations)).toThrow('duplicate key');
  });
});

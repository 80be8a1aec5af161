import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import {
  CompareResult,
  CompareTarget,
  type Input,
  type InputRequestOp,
  type InputTxnRequest,
  kvService,
  type rangeRequest,
  SortOrder,
  SortTarget,
} from '../etcd-proto/index.ts';
import { StorageError } from '../storage.ts';
import { expectRefused, startApi } from './testing/harness.ts';

type Api = Awaited<ReturnType<typeof startApi>>;

const bytes = (text: string) => Buffer.from(text);
const put = ({ client }: Api, key: string, value = 'v', lease = 0) =>
  client.call(kvService.put, { key, value: bytes(value), lease });
const txn = ({ client }: Api, request: InputTxnRequest) => client.call(kvService.txn, request);

async function keysOf({ client }: Api, request: Input<typeof rangeRequest>) {
  const { kvs } = await client.call(kvService.range, request);
  return kvs.map(({ key }) => key);
}

/** b of version 1, a of version 2, c of version 1: written in this order, with values that sort otherwise. */
async function startWithKeys() {
  const api = await startApi();
  await put(api, 'b', '3'); // 2
  await put(api, 'a', '0'); // 3
  await put(api, 'c', '1'); // 4
  await put(api, 'a', '2'); // 5
  return api;
}

const all = { key: '\0', rangeEnd: '\0' };

describe('range', () => {
  it('gives one key, with who answered and of which revision', async () => {
    const api = await startWithKeys();
    const answer = await api.client.call(kvService.range, { key: 'a' });
    expect(answer).toEqual({
      header: { clusterId: 0xc0_0000_0001, memberId: 0x1000_0000_0001, revision: 5, raftTerm: 2 },
      kvs: [{ key: 'a', createRevision: 3, modRevision: 5, version: 2, value: bytes('2'), lease: 0 }],
      count: 1,
      more: false,
    });
  });

  it.each<[string, Input<typeof rangeRequest>, string[]]>([
    ['all keys from \\0 to \\0', all, ['a', 'b', 'c']],
    ['up to before its end', { key: 'a', rangeEnd: 'c' }, ['a', 'b']],
    ['from a key on', { key: 'b', rangeEnd: '\0' }, ['b', 'c']],
    ['nothing when the end is before the start', { key: 'c', rangeEnd: 'a' }, []],
    ['nothing when the end is the start', { key: 'a', rangeEnd: 'a' }, []],
    ['the first ones of a limit', { ...all, limit: 2 }, ['a', 'b']],
    ['all for a limit below 0', { ...all, limit: -1 }, ['a', 'b', 'c']],
    ['all for the largest limit there is', { ...all, limit: Number.MAX_SAFE_INTEGER }, ['a', 'b', 'c']],
    ['an old revision', { ...all, revision: 3 }, ['a', 'b']],
    ['the newest for a revision below 0', { ...all, revision: -3 }, ['a', 'b', 'c']],
    ['keys descending', { ...all, sortOrder: SortOrder.descend }, ['c', 'b', 'a']],
    ['by creation', { ...all, sortTarget: SortTarget.create }, ['b', 'a', 'c']],
    ['by change', { ...all, sortTarget: SortTarget.mod, sortOrder: SortOrder.ascend }, ['b', 'c', 'a']],
    ['by change, last first', { ...all, sortTarget: SortTarget.mod, sortOrder: SortOrder.descend }, ['a', 'c', 'b']],
    [
      'by version, last first',
      { ...all, sortTarget: SortTarget.version, sortOrder: SortOrder.descend },
      ['a', 'b', 'c'],
    ],
    ['by value', { ...all, sortTarget: SortTarget.value }, ['c', 'a', 'b']],
    ['by value, of the first two keys the lesser', { ...all, sortTarget: SortTarget.value, limit: 1 }, ['a']],
    ['by value, the least', { ...all, sortTarget: SortTarget.value, sortOrder: SortOrder.ascend, limit: 1 }, ['c']],
    ['changed not before', { ...all, minModRevision: 4 }, ['a', 'c']],
    ['changed not after', { ...all, maxModRevision: 4 }, ['b', 'c']],
    ['created not before', { ...all, minCreateRevision: 3 }, ['a', 'c']],
    ['created not after', { ...all, maxCreateRevision: 3, limit: 1 }, ['a']],
  ])('gives %s', async (_, request, keys) => {
    const api = await startWithKeys();
    expect(await keysOf(api, request)).toEqual(keys);
  });

  it('says how many there are and whether there are more than the limit, filtered or not', async () => {
    const api = await startWithKeys();
    const count = async (request: Input<typeof rangeRequest>) => {
      const { kvs, count, more } = await api.client.call(kvService.range, { ...all, ...request });
      return [kvs.length, count, more];
    };
    expect(await count({ limit: 2 })).toEqual([2, 3, true]);
    expect(await count({ limit: 3 })).toEqual([3, 3, false]);
    expect(await count({ countOnly: true })).toEqual([0, 3, false]);
    expect(await count({ minModRevision: 5 })).toEqual([1, 3, false]);
    expect(await count({ sortTarget: SortTarget.mod, limit: 2 })).toEqual([2, 3, true]);
  });

  it('gives very many keys whole', async () => {
    const api = await startApi();
    const keys = Array.from({ length: 25_000 }, (_, i) => `k${String(i).padStart(6, '0')}`);
    for (let i = 0; i < keys.length; i += 1000) {
      const success = keys
        .slice(i, i + 1000)
        .map((key) => ({ type: 'put' as const, key, value: bytes(`value of ${key}`) }));
      await api.store.transact({ compares: [], success, failure: [] });
    }
    const answer = await api.client.call(kvService.range, all);
    expect(answer.kvs.map(({ key }) => key)).toEqual(keys);
    expect(answer.kvs.every(({ key, value }) => Buffer.from(value).toString() === `value of ${key}`)).toBe(true);
    expect(answer).toMatchObject({ count: 25_000, more: false, header: { revision: 26 } });
  });

  it('names the present when it reads the past', async () => {
    const api = await startWithKeys();
    const { header, kvs } = await api.client.call(kvService.range, { key: 'a', revision: 3 });
    expect([header?.revision, kvs[0]?.modRevision]).toEqual([5, 3]);
  });

  it('gives keys without values', async () => {
    const api = await startWithKeys();
    const { kvs } = await api.client.call(kvService.range, { ...all, keysOnly: true });
    expect(kvs.map(({ key, value, modRevision }) => [key, value.length, modRevision])).toEqual([
      ['a', 0, 5],
      ['b', 0, 2],
      ['c', 0, 4],
    ]);
  });

  it('asks the cluster for the newest unless a serializable one will do', async () => {
    const api = await startWithKeys();
    await api.client.call(kvService.range, { key: 'a', serializable: true });
    expect(api.store.linearized).toBe(0);
    await api.client.call(kvService.range, { key: 'a' });
    expect(api.store.linearized).toBe(1);
    api.store.linearizeError = new StorageError('timeout', 'no answer');
    await expectRefused(
      api.client.call(kvService.range, { key: 'a' }),
      status.UNAVAILABLE,
      'etcdserver: request timed out',
    );
  });

  it.each<[string, Input<typeof rangeRequest>, number, string]>([
    ['no key', {}, status.INVALID_ARGUMENT, 'etcdserver: key is not provided'],
    ['an order that is none', { ...all, sortOrder: 3 }, status.INVALID_ARGUMENT, 'etcdserver: invalid sort option'],
    [
      'a sort target that is none',
      { ...all, sortTarget: 5 },
      status.INVALID_ARGUMENT,
      'etcdserver: invalid sort option',
    ],
    [
      'the future',
      { key: 'a', revision: 6 },
      status.OUT_OF_RANGE,
      'etcdserver: mvcc: required revision is a future revision',
    ],
    [
      'the far future',
      { key: 'a', revision: Number.MAX_SAFE_INTEGER },
      status.OUT_OF_RANGE,
      'etcdserver: mvcc: required revision is a future revision',
    ],
    [
      'what is compacted',
      { key: 'a', revision: 3 },
      status.OUT_OF_RANGE,
      'etcdserver: mvcc: required revision has been compacted',
    ],
  ])('refuses %s', async (_, request, code, words) => {
    const api = await startWithKeys();
    await api.client.call(kvService.compact, { revision: 4 });
    await expectRefused(api.client.call(kvService.range, request), code, words);
  });
});

describe('put', () => {
  it('answers with the new revision, and with what was there when asked', async () => {
    const api = await startApi();
    const first = await api.client.call(kvService.put, { key: 'a', value: bytes('1'), prevKv: true });
    expect(first).toMatchObject({ header: { revision: 2 }, prevKv: undefined });
    const second = await api.client.call(kvService.put, { key: 'a', value: bytes('2'), prevKv: true });
    expect(second).toMatchObject({ header: { revision: 3 }, prevKv: { key: 'a', value: bytes('1'), version: 1 } });
    expect((await put(api, 'a')).prevKv).toBeUndefined();
  });

  it('keeps the value or the lease that is there', async () => {
    const api = await startApi();
    const { id } = await api.store.grantLeaseWith(0, 60);
    await put(api, 'a', 'old', id);
    await api.client.call(kvService.put, { key: 'a', ignoreValue: true });
    const { kvs } = await api.client.call(kvService.range, { key: 'a' });
    expect(kvs[0]).toMatchObject({ value: bytes('old'), lease: 0, version: 2 });
    await put(api, 'a', 'old', id);
    await api.client.call(kvService.put, { key: 'a', value: bytes('new'), ignoreLease: true });
    expect((await api.client.call(kvService.range, { key: 'a' })).kvs[0]).toMatchObject({
      value: bytes('new'),
      lease: id,
    });
  });

  it('takes any bytes as a key', async () => {
    const api = await startApi();
    await put(api, '\0\xff\x80');
    expect(await keysOf(api, all)).toEqual(['\0\xff\x80']);
  });

  it.each([
    ['no key', {}, status.INVALID_ARGUMENT, 'etcdserver: key is not provided'],
    [
      'a value that is to be ignored',
      { key: 'a', value: bytes('x'), ignoreValue: true },
      status.INVALID_ARGUMENT,
      'etcdserver: value is provided',
    ],
    [
      'a lease that is to be ignored',
      { key: 'a', lease: 5, ignoreLease: true },
      status.INVALID_ARGUMENT,
      'etcdserver: lease is provided',
    ],
    [
      'to keep the value of no key',
      { key: 'a', ignoreValue: true },
      status.INVALID_ARGUMENT,
      'etcdserver: key not found',
    ],
    [
      'to keep the lease of no key',
      { key: 'a', ignoreLease: true },
      status.INVALID_ARGUMENT,
      'etcdserver: key not found',
    ],
    ['a lease that is not there', { key: 'a', lease: 77 }, status.NOT_FOUND, 'etcdserver: requested lease not found'],
    [
      'a lease no store of ours can have',
      { key: 'a', lease: 2n ** 60n },
      status.NOT_FOUND,
      'etcdserver: requested lease not found',
    ],
    ['a lease below 0', { key: 'a', lease: -1 }, status.NOT_FOUND, 'etcdserver: requested lease not found'],
    ['too long a key', { key: 'k'.repeat(32 * 1024 + 1) }, status.INVALID_ARGUMENT, 'etcdserver: request is too large'],
    [
      'too large a value',
      { key: 'a', value: Buffer.alloc(1.5 * 1024 * 1024) },
      status.INVALID_ARGUMENT,
      'etcdserver: request is too large',
    ],
  ])('refuses %s and changes nothing', async (_, request, code, words) => {
    const api = await startApi();
    await expectRefused(api.client.call(kvService.put, request), code, words);
    expect(api.store.status().revision).toBe(1);
  });

  it('takes a value just under the limit', async () => {
    const api = await startApi();
    await api.client.call(kvService.put, { key: 'a', value: Buffer.alloc(1.5 * 1024 * 1024 - 1) });
    expect(api.store.status().revision).toBe(2);
  });

  it.each<[ConstructorParameters<typeof StorageError>[0], number, string]>([
    ['no-space', status.RESOURCE_EXHAUSTED, 'etcdserver: mvcc: database space exceeded'],
    ['no-leader', status.UNAVAILABLE, 'etcdserver: no leader'],
    ['timeout', status.UNAVAILABLE, 'etcdserver: request timed out'],
    ['unknown', status.UNAVAILABLE, 'etcdserver: request timed out'],
    ['closed', status.UNAVAILABLE, 'etcdserver: server stopped'],
    ['corrupt', status.DATA_LOSS, 'etcdserver: corrupt cluster'],
    ['unavailable', status.UNAVAILABLE, 'etcdserver: the disk is gone'],
  ])("says in etcd's words that the store answered %s", async (code, rpc, words) => {
    const api = await startApi();
    api.store.transact = () => Promise.reject(new StorageError(code, 'the disk is gone'));
    await expectRefused(put(api, 'a'), rpc, words);
  });

  it('keeps our own faults to itself', async () => {
    const api = await startApi();
    api.store.transact = () => Promise.reject(new Error('secret'));
    await expectRefused(put(api, 'a'), status.INTERNAL, 'internal error');
  });
});

describe('delete', () => {
  it('says how many it deleted, and which when asked', async () => {
    const api = await startWithKeys();
    const answer = await api.client.call(kvService.deleteRange, { key: 'a', rangeEnd: 'c', prevKv: true });
    expect(answer).toMatchObject({ header: { revision: 6 }, deleted: 2 });
    expect(answer.prevKvs.map(({ key }) => key)).toEqual(['a', 'b']);
    const nothing = await api.client.call(kvService.deleteRange, { key: 'a' });
    expect(nothing).toMatchObject({ header: { revision: 6 }, deleted: 0, prevKvs: [] });
    expect(await api.client.call(kvService.deleteRange, { key: 'c' })).toMatchObject({ deleted: 1, prevKvs: [] });
  });

  it('refuses no key, and deletes nothing when the end is before the start', async () => {
    const api = await startWithKeys();
    await expectRefused(
      api.client.call(kvService.deleteRange, {}),
      status.INVALID_ARGUMENT,
      'etcdserver: key is not provided',
    );
    expect(await api.client.call(kvService.deleteRange, { key: 'c', rangeEnd: 'a' })).toMatchObject({ deleted: 0 });
  });
});

describe('txn', () => {
  const range = (key: string): InputRequestOp => ({ range: { key } });
  const puts = (key: string): InputRequestOp => ({ put: { key, value: bytes('t') } });
  const modIs = (key: string, modRevision: number) => ({ key, target: CompareTarget.mod, modRevision });

  it('runs success or failure, and each answer names its revision', async () => {
    const api = await startWithKeys();
    const good = await txn(api, {
      compare: [modIs('a', 5)],
      success: [range('a'), puts('a'), range('a'), { deleteRange: { key: 'b', prevKv: true } }],
    });
    expect(good).toMatchObject({ header: { revision: 6 }, succeeded: true });
    expect(
      good.responses.map(({ range, put, deleteRange }) => (range ?? put ?? deleteRange)?.header?.revision),
    ).toEqual([5, 6, 6, 6]);
    expect(good.responses[2]?.range?.kvs[0]).toMatchObject({ value: bytes('t'), modRevision: 6 });
    expect(good.responses[3]?.deleteRange?.prevKvs[0]?.key).toBe('b');
    const bad = await txn(api, { compare: [modIs('a', 5)], success: [puts('a')], failure: [range('a')] });
    expect(bad).toMatchObject({ header: { revision: 6 }, succeeded: false });
    expect(bad.responses[0]?.range).toMatchObject({ header: { revision: 6 }, kvs: [{ modRevision: 6 }] });
  });

  it('sorts, filters and cuts the ranges in it as it does others', async () => {
    const api = await startWithKeys();
    const { responses } = await txn(api, {
      success: [
        { range: { ...all, sortOrder: SortOrder.descend, limit: 2, keysOnly: true } },
        { range: { ...all, countOnly: true } },
      ],
    });
    expect(responses[0]?.range).toMatchObject({ kvs: [{ key: 'c' }, { key: 'b' }], more: true, count: 3 });
    expect(responses[1]?.range).toMatchObject({ kvs: [], count: 3 });
  });

  it.each([
    ['version', { key: 'a', target: CompareTarget.version, version: 2 }, true],
    ['creation', { key: 'a', target: CompareTarget.create, createRevision: 3, result: CompareResult.equal }, true],
    [
      'a change that is not',
      { key: 'a', target: CompareTarget.mod, modRevision: 5, result: CompareResult.notEqual },
      false,
    ],
    ['less', { key: 'a', target: CompareTarget.mod, modRevision: 6, result: CompareResult.less }, true],
    ['greater', { key: 'a', target: CompareTarget.mod, modRevision: 5, result: CompareResult.greater }, false],
    ['a value', { key: 'a', target: CompareTarget.value, value: bytes('2') }, true],
    ['a lease', { key: 'a', target: CompareTarget.lease, lease: 0 }, true],
    [
      'a lease no store of ours can have',
      { key: 'a', target: CompareTarget.lease, lease: Number.MAX_SAFE_INTEGER },
      false,
    ],
    ['no key', { key: 'x', target: CompareTarget.create, createRevision: 0 }, true],
    ['a whole range', { ...all, target: CompareTarget.mod, modRevision: 1, result: CompareResult.greater }, true],
  ])('compares %s', async (_, compare, holds) => {
    const api = await startWithKeys();
    expect((await txn(api, { compare: [compare] })).succeeded).toBe(holds);
  });

  it('runs transactions within transactions, all of one revision', async () => {
    const api = await startWithKeys();
    const inner = { compare: [modIs('a', 5)], success: [puts('x'), range('x')], failure: [puts('y')] };
    const { header, responses } = await txn(api, { success: [range('a'), { txn: inner }, range('x')] });
    expect(header?.revision).toBe(6);
    expect(responses[1]?.txn).toMatchObject({ succeeded: true, header: { revision: 0 } });
    expect(responses[1]?.txn?.responses[0]?.put?.header?.revision).toBe(6);
    expect(responses[2]?.range).toMatchObject({ header: { revision: 6 }, kvs: [{ key: 'x' }] });
    expect(await keysOf(api, { key: 'y' })).toEqual([]);
  });

  const nested = (depth: number, operation: InputRequestOp): InputTxnRequest =>
    depth === 0 ? { success: [operation] } : { success: [{ txn: nested(depth - 1, operation) }] };
  const tooMany = Array.from({ length: 129 }, (__, i) => range(`k${i}`));

  it.each<[string, InputTxnRequest, string]>([
    ['an empty operation', { success: [{}] }, 'etcdserver: key not found'],
    ['two operations in one', { success: [{ ...range('a'), ...puts('a') }] }, 'etcdserver: key not found'],
    ['an empty operation, nested', nested(3, {}), 'etcdserver: key not found'],
    ['a compare without a key', { compare: [{}] }, 'etcdserver: key is not provided'],
    ['a compare with no target', { compare: [{ key: 'a', target: 9 }] }, 'etcdserver: invalid compare option'],
    ['an operation without a key', { failure: [{ deleteRange: {} }] }, 'etcdserver: key is not provided'],
    ['an operation without a key, nested', nested(2, { put: {} }), 'etcdserver: key is not provided'],
    [
      'a range that cannot be sorted, nested',
      nested(2, { range: { ...all, sortTarget: 9 } }),
      'etcdserver: invalid sort option',
    ],
    [
      'a value to ignore, nested',
      nested(2, { put: { key: 'a', value: bytes('x'), ignoreValue: true } }),
      'etcdserver: value is provided',
    ],
    ['too many operations', { success: tooMany }, 'etcdserver: too many operations in txn request'],
    [
      'too many operations, nested',
      { success: [{ txn: { failure: tooMany.slice(1) } }] },
      'etcdserver: too many operations in txn request',
    ],
    [
      'nesting deeper than operations are allowed',
      nested(60, puts('a')),
      'malformed request: messages nested more than 100 deep',
    ],
    ['a key put twice', { success: [puts('a'), puts('a')] }, 'etcdserver: duplicate key given in txn request'],
    [
      'a key put twice on the way not taken',
      { failure: [puts('a'), puts('a')] },
      'etcdserver: duplicate key given in txn request',
    ],
    [
      'a key put and deleted',
      { success: [puts('b'), { deleteRange: { key: 'a', rangeEnd: 'c' } }] },
      'etcdserver: duplicate key given in txn request',
    ],
    [
      'a key put and deleted with all after it',
      { success: [{ deleteRange: { key: 'a', rangeEnd: '\0' } }, puts('b')] },
      'etcdserver: duplicate key given in txn request',
    ],
    [
      'a key put outside and inside',
      { success: [puts('a'), { txn: { failure: [puts('a')] } }] },
      'etcdserver: duplicate key given in txn request',
    ],
    [
      'a key deleted outside and put inside',
      { success: [{ deleteRange: { key: 'a' } }, nestedPut('a')] },
      'etcdserver: duplicate key given in txn request',
    ],
    [
      'a key deleted inside and put outside',
      { success: [{ txn: { success: [{ deleteRange: { key: 'a' } }] } }, puts('a')] },
      'etcdserver: duplicate key given in txn request',
    ],
    [
      'more bytes than a request may have',
      { success: ['a', 'b'].map((key) => ({ put: { key, value: Buffer.alloc(900_000) } })) },
      'etcdserver: request is too large',
    ],
    [
      'more bytes than a request may have, nested',
      { success: ['a', 'b'].map((key) => ({ txn: { success: [{ put: { key, value: Buffer.alloc(900_000) } }] } })) },
      'etcdserver: request is too large',
    ],
  ])('refuses %s and changes nothing', async (_, request, words) => {
    const api = await startWithKeys();
    await expectRefused(txn(api, request), status.INVALID_ARGUMENT, words);
    expect(api.store.status().revision).toBe(5);
  });

  function nestedPut(key: string): InputRequestOp {
    return { txn: { success: [{ put: { key } }] } };
  }

  it('lets both ways of a nested transaction put the same key', async () => {
    const api = await startApi();
    const { succeeded } = await txn(api, { success: [{ txn: { success: [puts('a')], failure: [puts('a')] } }] });
    expect(succeeded).toBe(true);
  });

  it('lets one way of a nested transaction delete what the other puts', async () => {
    const api = await startApi();
    const inner = { success: [puts('a')], failure: [{ deleteRange: { key: 'a' } }] };
    expect((await txn(api, { success: [puts('b'), { txn: inner }] })).succeeded).toBe(true);
  });

  it('takes 128 operations', async () => {
    const api = await startApi();
    expect((await txn(api, { success: tooMany.slice(1) })).responses).toHaveLength(128);
  });

  it('gives the error of what is within', async () => {
    const api = await startApi();
    const future = { range: { key: 'a', revision: 9 } };
    await expectRefused(
      txn(api, { success: [puts('a'), future] }),
      status.OUT_OF_RANGE,
      'etcdserver: mvcc: required revision is a future revision',
    );
    await expectRefused(
      txn(api, { success: [{ put: { key: 'a', lease: 3 } }] }),
      status.NOT_FOUND,
      'etcdserver: requested lease not found',
    );
    expect(api.store.status().revision).toBe(1);
  });
});

describe('compact', () => {
  it('refuses a revision below 0 as one that is gone', async () => {
    const api = await startWithKeys();
    const words = 'etcdserver: mvcc: required revision has been compacted';
    await expectRefused(api.client.call(kvService.compact, { revision: -1 }), status.OUT_OF_RANGE, words);
  });

  it('forgets, once', async () => {
    const api = await startWithKeys();
    const answer = await api.client.call(kvService.compact, { revision: 4, physical: true });
    expect(answer.header?.revision).toBe(5);
    expect(api.store.calls).toEqual(['compact 4 physical']);
    await expectRefused(
      api.client.call(kvService.compact, { revision: 4 }),
      status.OUT_OF_RANGE,
      'etcdserver: mvcc: required revision has been compacted',
    );
    await expectRefused(
      api.client.call(kvService.compact, { revision: 6 }),
      status.OUT_OF_RANGE,
      'etcdserver: mvcc: required revision is a future revision',
    );
  });
});

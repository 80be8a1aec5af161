import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import {
  type Decoded,
  type Input,
  type watchCreateRequest,
  WatchFilter,
  watchService,
  type watchResponse,
} from '../etcd-proto/index.ts';
import { StorageError } from '../storage.ts';
import { startApi } from './testing/harness.ts';

type Api = Awaited<ReturnType<typeof startApi>>;
type Answer = Decoded<typeof watchResponse>;

const put = ({ store }: Api, key: string, value: string | Buffer = 'v') =>
  store.transact({ compares: [], success: [{ type: 'put', key, value: Buffer.from(value) }], failure: [] });
const remove = ({ store }: Api, key: string) =>
  store.transact({ compares: [], success: [{ type: 'delete', key }], failure: [] });
const open = ({ client }: Api, metadata?: Record<string, string>) => client.open(watchService.watch, metadata);
const events = (answer: Answer) =>
  answer.events.map(({ type, kv }) => `${type === 0 ? 'put' : 'delete'} ${kv?.key}@${kv?.modRevision}`);

/** A stream with one watch, created. */
async function watch(api: Api, create: Input<typeof watchCreateRequest>) {
  const stream = open(api);
  stream.send({ create });
  const created = await stream.next();
  return { stream, created };
}

describe('a watch', () => {
  it('is told that it is created, and then of what happens from now on, in its range alone', async () => {
    const api = await startApi();
    await put(api, 'a');
    const { stream, created } = await watch(api, { key: 'a', rangeEnd: 'c' });
    expect(created).toMatchObject({ header: { revision: 2 }, watchId: 0, created: true, canceled: false });
    await put(api, 'c');
    await put(api, 'b', 'x');
    await put(api, 'A');
    await remove(api, 'a');
    const first = await stream.next();
    expect(first).toMatchObject({ header: { revision: 4, clusterId: 0xc0_0000_0001 }, watchId: 0, created: false });
    expect(first.events).toEqual([
      {
        type: 0,
        kv: { key: 'b', value: Buffer.from('x'), createRevision: 4, modRevision: 4, version: 1, lease: 0 },
        prevKv: undefined,
      },
    ]);
    const second = await stream.next();
    expect(second.events).toEqual([
      {
        type: 1,
        kv: { key: 'a', value: Buffer.alloc(0), createRevision: 0, modRevision: 6, version: 0, lease: 0 },
        prevKv: undefined,
      },
    ]);
  });

  it('hears what was before it from a revision on', async () => {
    const api = await startApi();
    for (const key of ['a', 'b', 'a', 'x']) await put(api, key);
    const { stream } = await watch(api, { key: 'a', rangeEnd: 'c', startRevision: 3 });
    expect(events(await stream.next())).toEqual(['put b@3', 'put a@4']);
  });

  it.each<[string, Input<typeof watchCreateRequest>, string]>([
    ['one key', { key: 'b' }, 'put b@3'],
    ['from a key on', { key: 'b', rangeEnd: '\0' }, 'put b@3 put c@4'],
    ['everything', { rangeEnd: '\0' }, 'put a@2 put b@3 put c@4 delete a@5'],
    ['no deletes', { rangeEnd: '\0', filters: [WatchFilter.noDelete] }, 'put a@2 put b@3 put c@4'],
    ['no puts', { rangeEnd: '\0', filters: [WatchFilter.noPut] }, 'delete a@5'],
    ['a filter nobody knows', { key: 'b', filters: [7] }, 'put b@3'],
  ])('can be of %s', async (_, create, expected) => {
    const api = await startApi();
    for (const key of ['a', 'b', 'c']) await put(api, key);
    await remove(api, 'a');
    const { stream } = await watch(api, { startRevision: 1, ...create });
    expect(events(await stream.next()).join(' ')).toBe(expected);
  });

  it('hears what was there before when it asked', async () => {
    const api = await startApi();
    await put(api, 'a', '1');
    const { stream } = await watch(api, { key: 'a', startRevision: 2, prevKv: true });
    await put(api, 'a', '2');
    await remove(api, 'a');
    const all = [...(await stream.next()).events, ...(await stream.next()).events, ...(await stream.next()).events];
    expect(all.map(({ prevKv }) => prevKv && [Buffer.from(prevKv.value).toString(), prevKv.version])).toEqual([
      undefined,
      ['1', 1],
      ['2', 2],
    ]);
  });

  it('from a future revision waits for it', async () => {
    const api = await startApi();
    const { stream, created } = await watch(api, { key: 'a', startRevision: 4 });
    expect(created).toMatchObject({ header: { revision: 1 }, created: true });
    for (let i = 0; i < 3; i++) await put(api, 'a');
    expect(events(await stream.next())).toEqual(['put a@4']);
  });

  it('of what is compacted is created, and then canceled with the revision to start from', async () => {
    const api = await startApi();
    for (let i = 0; i < 4; i++) await put(api, 'a');
    await api.store.compactTo(4, { physical: false });
    const { stream, created } = await watch(api, { key: 'a', startRevision: 3 });
    expect(created).toMatchObject({ created: true, canceled: false });
    expect(await stream.next()).toMatchObject({
      header: { revision: 0 },
      watchId: 0,
      canceled: true,
      compactRevision: 4,
      events: [],
    });
    stream.send({ create: { key: 'a', startRevision: 4, watchId: 9 } });
    expect(await stream.next()).toMatchObject({ watchId: 9, created: true });
    expect(events(await stream.next())).toEqual(['put a@4', 'put a@5']);
  });

  it('is over when its client cancels it, and one that is not there is not spoken of', async () => {
    const api = await startApi();
    const { stream } = await watch(api, { key: 'a' });
    stream.send({ cancel: { watchId: 5 } });
    stream.send({ cancel: { watchId: 0 } });
    expect(await stream.next()).toMatchObject({
      header: { revision: 1 },
      watchId: 0,
      canceled: true,
      compactRevision: 0,
    });
    expect(api.store.watcherCount).toBe(0);
  });

  it('is over when its client goes', async () => {
    const api = await startApi();
    const { stream } = await watch(api, { key: 'a' });
    expect(api.store.watcherCount).toBe(1);
    stream.close();
    await expect.poll(() => api.store.watcherCount).toBe(0);
  });

  it('goes on when its client has nothing more to ask', async () => {
    const api = await startApi();
    const { stream } = await watch(api, { key: 'a' });
    stream.stream.end();
    await put(api, 'a');
    expect(events(await stream.next())).toEqual(['put a@2']);
  });

  it('catches up when it was too slow for the store', async () => {
    const api = await startApi();
    api.store.maxBehind = 3;
    const { stream } = await watch(api, { key: 'a' });
    stream.stream.pause();
    const value = Buffer.alloc(1024 * 1024);
    const revisions = Array.from({ length: 40 }, (_, i) => i + 2);
    for (const _ of revisions) {
      await put(api, 'a', value);
      await new Promise((resolve) => setImmediate(resolve));
    }
    stream.stream.resume();
    const seen: number[] = [];
    while (seen.length < revisions.length) {
      seen.push(...(await stream.next()).events.map(({ kv }) => kv?.modRevision ?? 0));
    }
    expect(seen).toEqual(revisions);
  });
});

describe('watches of one stream', () => {
  it('get the next free number or the one their client chose', async () => {
    const api = await startApi();
    const stream = open(api);
    for (const watchId of [0, 1, 0, 7, 0]) stream.send({ create: { key: 'a', watchId } });
    const ids: unknown[] = [];
    for (let i = 0; i < 5; i++) ids.push((await stream.next()).watchId);
    expect(ids).toEqual([0, 1, 2, 7, 3]);
    await put(api, 'a');
    const told: unknown[] = [];
    for (let i = 0; i < 5; i++) told.push((await stream.next()).watchId);
    expect(new Set(told)).toEqual(new Set([0, 1, 2, 3, 7]));
  });

  it.each<[string, Input<typeof watchCreateRequest>, string]>([
    ['a number that is taken', { key: 'b', watchId: 4 }, 'mvcc: duplicate watch ID provided on the WatchStream'],
    ['an end that is the start', { key: 'b', rangeEnd: 'b' }, 'mvcc: watcher range is empty'],
    ['an end before the start', { key: 'b', rangeEnd: 'a' }, 'mvcc: watcher range is empty'],
    ['a revision below 0', { key: 'b', startRevision: -1 }, 'etcdserver: mvcc: required revision has been compacted'],
    [
      'a number we cannot keep',
      { key: 'b', watchId: 2n ** 60n },
      'etcdserver: a watch ID beyond 9007199254740991 is not supported',
    ],
  ])('are refused %s, and the others go on', async (_, create, cancelReason) => {
    const api = await startApi();
    const { stream } = await watch(api, { key: 'a', watchId: 4 });
    stream.send({ create });
    expect(await stream.next()).toMatchObject({ watchId: -1, created: true, canceled: true, cancelReason });
    expect(api.store.watcherCount).toBe(1);
    await put(api, 'a');
    expect(events(await stream.next())).toEqual(['put a@2']);
  });

  it('are not more than the limit', async () => {
    const api = await startApi({ maxWatches: 1 });
    const { stream } = await watch(api, { key: 'a' });
    stream.send({ create: { key: 'b' } });
    expect(await stream.next()).toMatchObject({ canceled: true, cancelReason: 'etcdserver: too many requests' });
  });

  it('are not disturbed by a request for nothing', async () => {
    const api = await startApi();
    const { stream } = await watch(api, { key: 'a' });
    stream.send({});
    await put(api, 'a');
    expect(events(await stream.next())).toEqual(['put a@2']);
  });
});

describe('progress', () => {
  it('is told for all watches at once, when all of them have been told of everything', async () => {
    const api = await startApi();
    const { stream } = await watch(api, { key: 'a' });
    await put(api, 'a');
    await put(api, 'b');
    stream.send({ progress: {} });
    expect(events(await stream.next())).toEqual(['put a@2']);
    expect(await stream.next()).toMatchObject({ header: { revision: 3 }, watchId: -1, events: [], canceled: false });
  });

  it('is not told before', async () => {
    const api = await startApi();
    const { stream } = await watch(api, { key: 'a', startRevision: 1 });
    stream.send({ create: { key: 'b', startRevision: 3 } });
    await stream.next();
    stream.send({ progress: {} });
    await put(api, 'b');
    expect(await stream.next()).toMatchObject({ header: { revision: 2 }, watchId: -1 });
  });

  it('is told to a watch that hears nothing, if it asked', async () => {
    const api = await startApi({ watchProgressMs: 20 });
    const { stream } = await watch(api, { key: 'a', progressNotify: true });
    stream.send({ create: { key: 'a' } });
    await stream.next();
    await put(api, 'b');
    await expect
      .poll(async () => {
        const { header, watchId, events } = await stream.next();
        return [watchId, header?.revision, events.length];
      })
      .toEqual([0, 2, 0]);
  });
});

describe('fragments', () => {
  const values = ['1', '2', '3', '4', '5'];
  const write = (api: Api) =>
    api.store.transact({
      compares: [],
      success: values.map((key) => ({ type: 'put', key, value: Buffer.alloc(400) })),
      failure: [],
    });

  it('cut a large revision up, all but the last marked', async () => {
    const api = await startApi({ fragmentBytes: 1000 });
    const { stream } = await watch(api, { rangeEnd: '\0', fragment: true });
    await write(api);
    const parts = [await stream.next(), await stream.next(), await stream.next()];
    expect(parts.map(({ events, fragment }) => [events.length, fragment])).toEqual([
      [2, true],
      [2, true],
      [1, false],
    ]);
  });

  it('are for those alone who asked', async () => {
    const api = await startApi({ fragmentBytes: 1000 });
    const { stream } = await watch(api, { rangeEnd: '\0' });
    await write(api);
    expect(await stream.next()).toMatchObject({ fragment: false, events: { length: 5 } });
  });
});

describe('a stream of watches', () => {
  it('ends with the store', async () => {
    const api = await startApi();
    const { stream } = await watch(api, { key: 'a' });
    api.store.endWatches(new StorageError('closed', 'the store is closed'));
    await expect(stream.next()).rejects.toMatchObject({
      code: status.UNAVAILABLE,
      details: 'etcdserver: server stopped',
    });
  });

  it('ends when the store is closed while one of them catches up', async () => {
    const api = await startApi();
    const { stream } = await watch(api, { key: 'a' });
    const watchRange = api.store.watchRange.bind(api.store);
    api.store.watchRange = () => {
      throw new StorageError('closed', 'the store is closed');
    };
    api.store.endWatches(new StorageError('slow-consumer', 'behind'));
    await expect(stream.next()).rejects.toMatchObject({ details: 'etcdserver: server stopped' });
    const other = open(api);
    other.send({ create: { key: 'a' } });
    await other.next();
    await expect(other.next()).rejects.toMatchObject({ details: 'etcdserver: server stopped' });
    api.store.watchRange = watchRange;
  });

  it('that requires a leader is refused without one, and ends when there is none for long', async () => {
    const api = await startApi({ noLeaderMs: 30 });
    const { stream } = await watch(api, { key: 'a' });
    const requiring = open(api, { hasleader: 'true' });
    requiring.send({ create: { key: 'a' } });
    await requiring.next();
    api.store.says = { leader: 0 };
    const noLeader = { code: status.UNAVAILABLE, details: 'etcdserver: no leader' };
    await expect(requiring.next()).rejects.toMatchObject(noLeader);
    await expect(open(api, { hasleader: 'true' }).next()).rejects.toMatchObject(noLeader);
    await put(api, 'a');
    expect(events(await stream.next())).toEqual(['put a@2']);
  });

  it('is not for learners', async () => {
    const api = await startApi();
    api.store.says = { isLearner: true };
    await expect(open(api).next()).rejects.toMatchObject({ details: 'etcdserver: rpc not supported for learner' });
  });
});

import type { ConfigMap } from '@wherry/api';
import type { KubeObject } from '@wherry/apimachinery';
import { expect, test, vi } from 'vitest';
import { createEncoding, encodeForStorage, entryFromStorage } from './entry.ts';
import { indexBucket, namespaceBucket, WatchCache } from './watch-cache.ts';
import { Watcher } from './watcher.ts';

const encoding = createEncoding('configmaps', 'ConfigMap', 'v1');
const byLabel = { field: 'l', of: (object: KubeObject) => object.metadata.labels?.['l'] ?? '' };

function value(name: string, labels?: Record<string, string>, data?: Record<string, string>): Uint8Array {
  const object: ConfigMap = { metadata: { name, namespace: 'a', labels }, data };
  return encodeForStorage(encoding, object);
}

test('the resourceVersion is spliced into the stored bytes, and changed by a deletion', () => {
  const stored = value('x', undefined, { k: 'ü' });
  expect(Buffer.from(stored).toString()).not.toContain('resourceVersion');
  const entry = entryFromStorage('a/x', 7, stored, encoding);
  expect(JSON.parse(entry.wire.toString())).toEqual({
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: { resourceVersion: '7', name: 'x', namespace: 'a' },
    data: { k: 'ü' },
  });
  expect(entry.object).toEqual(JSON.parse(entry.wire.toString()));
  const deleted = entry.at(12_345);
  expect(JSON.parse(deleted.wire.toString())).toMatchObject({
    metadata: { resourceVersion: '12345', name: 'x' },
    data: { k: 'ü' },
  });
});

test('lists are in key order, of one namespace or all, and by index', () => {
  const cache = new WatchCache(encoding, byLabel);
  cache.reset(0);
  const keys = ['b/x', 'a/z', 'a-b/y', 'a/a', 'a0/q'];
  keys.forEach((key, i) => cache.apply(key, i + 1, value(key.split('/')[1]!, { l: i < 2 ? 'one' : 'two' })));
  expect(cache.list().map(({ key }) => key)).toEqual([...keys].sort());
  expect(cache.list('a').map(({ key }) => key)).toEqual(['a/a', 'a/z']);
  expect(cache.listByIndex('one').map(({ key }) => key)).toEqual(['a/z', 'b/x']);
  cache.apply('a/z', 6, value('z', { l: 'two' }));
  cache.apply('b/x', 7, undefined);
  expect(cache.listByIndex('one')).toEqual([]);
  expect(cache.list('b')).toEqual([]);
  expect(cache.size).toBe(4);
});

test('the ring holds the newest events without a gap above its floor', () => {
  const cache = new WatchCache(encoding);
  cache.reset(10);
  for (let revision = 11; revision <= 5_000; revision++)
    cache.apply('a/x', revision, value('x', undefined, { n: String(revision) }));
  expect(cache.ringFloor).toBeGreaterThan(10);
  const events = cache.eventsAfter(cache.ringFloor);
  expect(events.length).toBeLessThanOrEqual(2_000);
  expect(events[0]?.revision).toBe(cache.ringFloor + 1);
  expect(events.at(-1)?.revision).toBe(5_000);
  expect(cache.eventsAfter(4_998).map(({ revision }) => revision)).toEqual([4_999, 5_000]);
});

function watcher(bucket: string, room: () => boolean) {
  const written: string[] = [];
  let ended = 0;
  const view = {
    name: 'test',
    frame: (type: string, { object }: { object: KubeObject }) => Buffer.from(`${type} ${object.metadata.name};`),
  };
  const sink = {
    write(bytes: Buffer) {
      written.push(bytes.toString());
      return room();
    },
    end() {
      ended++;
    },
  };
  return { written, ended: () => ended, watcher: new Watcher(bucket, undefined, view, sink, 0) };
}

test('events of a batch are written at once, to those they concern', () => {
  const cache = new WatchCache(encoding);
  cache.reset(0);
  const all = watcher('', () => true);
  const other = watcher('namespace:b', () => true);
  cache.addWatcher(all.watcher);
  cache.addWatcher(other.watcher);
  cache.apply('a/x', 1, value('x'));
  cache.apply('b/y', 2, value('y'));
  cache.apply('a/x', 3, undefined);
  cache.flush();
  expect(all.written).toEqual(['ADDED x;ADDED y;DELETED x;']);
  expect(other.written).toEqual(['ADDED y;']);
});

test('a watcher whose connection takes no more is ended', () => {
  const cache = new WatchCache(encoding);
  cache.reset(0);
  const slow = watcher('', () => false);
  cache.addWatcher(slow.watcher);
  cache.apply('a/x', 1, value('x'));
  cache.flush();
  expect(slow.ended()).toBe(1);
});

test('a label that is selected by gets an index, which follows every change', async () => {
  const cache = new WatchCache(encoding);
  cache.reset(0);
  for (let i = 0; i < 1_200; i++) cache.apply(`a/${i}`, i + 1, value(`${i}`, { app: `app-${i % 100}` }));
  const named = (...values: string[]) => cache.listByLabel('app', values)?.map(({ key }) => key);
  expect(named('app-7')).toBeUndefined();
  cache.apply('a/7', 2_000, undefined);
  cache.apply('a/8', 2_001, value('8', { app: 'app-7' }));
  await vi.waitUntil(() => named('app-7') !== undefined);
  const expected = Array.from({ length: 11 }, (_, i) => `a/${107 + 100 * i}`);
  expect(named('app-7')).toEqual([...expected, 'a/8'].sort());
  cache.apply('a/8', 2_002, value('8'));
  cache.apply('a/new', 2_003, value('new', { app: 'app-x' }));
  expect(named('app-7', 'app-x')).toEqual([...expected, 'a/new'].sort());
  expect(named('constructor')).toEqual([]);
});

test('what is parsed is let go when more is parsed, and is there again when it is looked at', () => {
  const cache = new WatchCache(encoding);
  cache.reset(0);
  cache.apply('a/first', 1, value('first', { l: 'ü' }, { text: '"}{\\"' }));
  const first = cache.get('a/first')!;
  const before = first.object;
  first.release();
  expect(first.labels).toEqual({ l: 'ü' });
  expect(JSON.parse(first.metadata.toString())).toEqual({
    resourceVersion: '1',
    name: 'first',
    namespace: 'a',
    labels: { l: 'ü' },
  });
  expect(first.object).not.toBe(before);
  expect(first.object).toEqual(before);
});

test('an object whose newest state cannot be read is refused wherever it may belong, and is whole again when it can', () => {
  const cache = new WatchCache(encoding, byLabel);
  const seen: string[] = [];
  cache.observe({
    reset() {},
    changed: (key, entry) => void seen.push(`${key} ${entry === undefined ? 'gone' : 'there'}`),
  });
  cache.reset(0);
  cache.apply('a/x', 1, value('x', { l: 'one' }));
  cache.apply('a/y', 2, value('y', { l: 'one' }));
  cache.apply('b/z', 3, value('z', { l: 'two' }));
  const ended: string[] = [];
  const watch = (bucket: string): void => {
    const sink = { write: () => true, end: () => void ended.push(bucket) };
    cache.addWatcher(new Watcher(bucket, undefined, { name: '', frame: () => Buffer.of() }, sink, 3));
  };
  for (const bucket of ['', namespaceBucket('a'), namespaceBucket('b'), indexBucket('two')]) watch(bucket);
  cache.lose('a/x', 4, 'no key');
  const message = 'Internal error occurred: unable to transform key "/registry/configmaps/a/x": no key';
  expect(() => cache.get('a/x')).toThrow(message);
  expect(() => cache.list()).toThrow(message);
  expect(() => cache.list('a')).toThrow(message);
  expect(() => cache.listByIndex('two')).toThrow(message);
  expect(cache.get('a/y')?.key).toBe('a/y');
  expect(cache.list('b').map(({ key }) => key)).toEqual(['b/z']);
  expect(ended.sort()).toEqual(['', 'index:two', 'namespace:a']);
  expect(seen.at(-1)).toBe('a/x gone');
  // A watch from before has to be told by the history.
  expect([cache.ringFloor, cache.lastChange]).toEqual([4, 4]);
  cache.apply('a/x', 5, value('x', { l: 'two' }));
  expect(cache.list().map(({ key }) => key)).toEqual(['a/x', 'a/y', 'b/z']);
  expect(cache.listByIndex('two').map(({ key }) => key)).toEqual(['a/x', 'b/z']);
  cache.lose('a/x', 6, 'no key');
  cache.apply('a/x', 7, undefined);
  expect(cache.list('a').map(({ key }) => key)).toEqual(['a/y']);
});

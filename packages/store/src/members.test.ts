import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Collector } from './contract/collector.ts';
import { dump, put, read, write } from './contract/short.ts';
import { openStore } from './open.ts';
import type { StoreOptions } from './options.ts';
import type { StorageError } from './storage.ts';
import type { Store } from './store.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each();
});

describe('three members', () => {
  it('are one store: what one has acknowledged every other one reads, and their content is the same', async () => {
    const [a, b, c] = await three();
    await Promise.all([a, b, c].map((store, i) => write(store, put(`/k/${i}`, `of ${i}`))));
    for (const store of [a, b, c]) expect(await dump(store, '/k/')).toEqual(['/k/0=of 0', '/k/1=of 1', '/k/2=of 2']);
    const [one, ...others] = await Promise.all([a, b, c].map((store) => store.hash(0)));
    expect(others).toEqual([one, one]);
  });

  it('go on when the leader ends, and it catches up when it is back', async () => {
    const { open, stores } = await threeByName();
    const name = leaderOf(stores);
    const leader = stores.get(name) as Store;
    await write(leader, put('/a', '1'));
    await leader[Symbol.asyncDispose]();
    stores.delete(name);
    const [other] = stores.values() as Iterator<Store> & Iterable<Store>;
    await write(other as Store, put('/a', '2'));
    const again = await open(name);
    expect(await read(again, '/a')).toBe('2');
  });

  it('let one in that starts with nothing, and one out that then says why it has ended', async () => {
    const { open, stores, urls } = await threeByName();
    const leader = stores.get(leaderOf(stores)) as Store;
    await write(leader, put('/a', '1'));
    const url = await freeUrl();
    const { id } = await leader.addMember([url], true);
    urls['d'] = [url];
    const reasons: StorageError[] = [];
    const joined = await open('d', { onFailure: (error) => reasons.push(error) });
    await until(async () => (await joined.get('/a', { consistency: 'serializable' })).kv !== undefined);
    expect(joined.status().isLearner).toBe(true);
    await eventually(() => leader.promoteMember(id));
    await until(() => joined.members().find((member) => member.id === id)?.isLearner === false);
    const watcher = new Collector(joined, '/', 0);
    const { revision } = await write(joined, put('/b', 'by the new one'));
    await watcher.reached(revision);
    await leader.removeMember(id);
    await until(() => reasons.length > 0);
    expect(reasons[0]).toMatchObject({ code: 'cluster', message: expect.stringContaining('was removed') });
    await expect(write(joined, put('/c', '1'))).rejects.toMatchObject({ code: 'unavailable' });
    expect(leader.members()).toHaveLength(3);
  });

  it('refuse the data directory of another member, and of another cluster', async () => {
    const { open, stores, folder } = await threeByName();
    for (const store of stores.values()) await store[Symbol.asyncDispose]();
    await expect(open('a', { path: join(folder, 'b') })).rejects.toMatchObject({ code: 'cluster' });
    await expect(openStore({ path: join(folder, 'a') })).rejects.toMatchObject({ code: 'cluster' });
  });
});

async function three(): Promise<[Store, Store, Store]> {
  const { stores } = await threeByName();
  return [...stores.values()] as [Store, Store, Store];
}

async function threeByName() {
  const folder = mkdtempSync(join(tmpdir(), 'wherry-members-'));
  undo.push(() => rmSync(folder, { recursive: true }));
  const urls: Record<string, string[]> = {};
  for (const name of ['a', 'b', 'c']) urls[name] = [await freeUrl()];
  const first = { ...urls };
  const stores = new Map<string, Store>();
  const open = async (name: string, more: StoreOptions & { path?: string } = {}): Promise<Store> => {
    const { hostname: host, port } = new URL(urls[name]?.[0] as string);
    const store = await openStore({
      path: join(folder, name),
      name,
      cluster: {
        initialCluster: name in first ? first : urls,
        initialClusterState: name in first ? 'new' : 'existing',
        initialClusterToken: folder,
        listenPeer: { host, port: Number(port) },
      },
      ...more,
    });
    undo.push(() => store[Symbol.asyncDispose]());
    return store;
  };
  await Promise.all(Object.keys(urls).map(async (name) => stores.set(name, await open(name))));
  await Promise.all([...stores.values()].map((store) => store.linearize()));
  return { open, stores, urls, folder };
}

function leaderOf(stores: ReadonlyMap<string, Store>): string {
  for (const [name, store] of stores) if (store.stats().isLeader) return name;
  throw new Error('there is no leader');
}

async function freeUrl(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

async function eventually(act: () => Promise<void>): Promise<void> {
  await until(() =>
    act().then(
      () => true,
      () => false,
    ),
  );
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}

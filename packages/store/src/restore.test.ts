import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { dump, put, write } from './contract/short.ts';
import { openMemoryStore, openStore } from './open.ts';
import { restoreStore } from './restore.ts';

describe('a store restored from a backup', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wherry-restore-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('has its data at its revision, goes on from there, and is of another cluster', async () => {
    const { backup, revision, clusterId } = await backedUp();
    const path = join(folder, 'new');
    const status = await restoreStore(() => once(backup), { path });
    expect(status).toMatchObject({ revision, totalKeys: 3, clusterId });
    for (const expected of [
      ['/a=2', '/b=1'],
      ['/a=3', '/b=1'],
    ]) {
      await using store = await openStore({ path });
      expect(await dump(store, '/')).toEqual(expected);
      expect(await dump(store, '/', revision - 1)).toEqual(['/a=1', '/b=1']);
      expect(store.status().clusterId).not.toBe(clusterId);
      expect(store.members()).toHaveLength(1);
      await write(store, put('/a', '3'));
    }
  });

  it('is not made where there is something, nor from what is not whole', async () => {
    const { backup } = await backedUp();
    const path = join(folder, 'again');
    const harmed = Buffer.from(backup);
    harmed[40] = (harmed[40] as number) ^ 1;
    await expect(restoreStore(() => once(harmed), { path })).rejects.toMatchObject({ code: 'corrupt' });
    await restoreStore(() => once(backup), { path });
    await expect(restoreStore(() => once(backup), { path })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('not empty'),
    });
  });
});

async function backedUp(): Promise<{ backup: Buffer; revision: number; clusterId: number }> {
  await using store = await openMemoryStore();
  await write(store, put('/a', '1'), put('/b', '1'));
  const { revision } = await write(store, put('/a', '2'));
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await store.backup()).chunks) chunks.push(chunk);
  return { backup: Buffer.concat(chunks), revision, clusterId: store.status().clusterId };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

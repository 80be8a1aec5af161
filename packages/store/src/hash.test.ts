import { describe, expect, it } from 'vitest';
import type { Command } from './command.ts';
import { Core } from './core-testing/core.ts';
import { hashOf } from './hash.ts';

describe('the checksum of all keys', () => {
  it('is the same for the same content, however much of what is compacted is still there', async () => {
    const [one, other] = [await filled(), await filled()];
    expect(await one.hash()).toBe(await other.hash());
    for (const core of [one, other]) core.apply({ type: 'compact', revision: 20 });
    one.trim(3);
    expect(await one.hash()).toBe(await other.hash());
    one.trim(1000);
    expect(await one.hash()).toBe(await other.hash());
    expect(await one.hash(25)).toBe(await other.hash(25));
    await one.flush();
    expect(await (await Core.open(one.disk)).hash()).toBe(await other.hash());
  });

  it('is another one with every write, and stays what it was as of an earlier revision', async () => {
    const core = await filled();
    const { revision } = core.state;
    const before = await core.hash();
    const seen = new Set([before]);
    core.apply(put('/k/1', 'x'));
    seen.add(await core.hash());
    core.apply(put('/k/1', 'x'));
    seen.add(await core.hash());
    core.apply({ type: 'leaseRevoke', id: 1 });
    seen.add(await core.hash());
    expect(seen.size).toBe(4);
    expect(await core.hash(revision)).toBe(before);
    expect(await hashOf(core.state, revision, { turn: async () => undefined })).toEqual({
      hash: before,
      revision,
      compactedRevision: 0,
    });
  });

  it('is refused of what is compacted or to come', async () => {
    const core = await filled();
    core.apply({ type: 'compact', revision: 10 });
    await expect(core.hash(9)).rejects.toMatchObject({ code: 'compacted' });
    await expect(core.hash(core.state.revision + 1)).rejects.toMatchObject({ code: 'future-revision' });
    await core.hash(10);
  });

  it('lets others have their turn, and is not of two states when they write or compact meanwhile', async () => {
    const core = await Core.open();
    for (let i = 0; i < 12_000; i++) core.apply(put(`/k/${i}`, 'x'));
    for (let i = 0; i < 12_000; i += 2) core.apply(put(`/k/${i}`, 'y'));
    const { revision } = core.state;
    let turns = 0;
    const hashing = hashOf(core.state, 0, {
      turn: async () => {
        turns++;
        core.apply(put(`/k/${turns}`, 'meanwhile'));
        if (turns !== 2) return;
        core.apply({ type: 'compact', revision: revision - 10 });
        core.trim(10_000);
      },
    });
    const { hash, compactedRevision } = await hashing;
    expect(turns).toBeGreaterThan(2);
    expect(compactedRevision).toBe(revision - 10);
    expect(hash).toBe(await core.hash(revision));
  });
});

async function filled(): Promise<Core> {
  const core = await Core.open();
  core.apply({ type: 'leaseGrant', id: 0, ttlSeconds: 100 }, 1000);
  for (let i = 0; i < 30; i++) core.apply(i % 5 === 4 ? remove(`/k/${i % 7}`) : put(`/k/${i % 7}`, String(i), i % 2));
  return core;
}

function put(key: string, value: string, lease = 0): Command {
  const operation = { type: 'put' as const, key, value: Buffer.from(value), lease };
  return { type: 'txn', request: { compares: [], success: [operation], failure: [] } };
}

function remove(key: string): Command {
  return { type: 'txn', request: { compares: [], success: [{ type: 'delete', key }], failure: [] } };
}

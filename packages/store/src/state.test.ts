import { describe, expect, it } from 'vitest';
import type { Command } from './command.ts';
import { Core, replicated } from './core-testing/core.ts';
import type { EtcdOperation } from './etcd-store.ts';

describe('trimming what is compacted', () => {
  it('leaves whole every revision that it does not claim to be done with, wherever it stops', async () => {
    for (let limit = 1; limit < 12; limit++) {
      const core = await Core.open();
      // Deletes between puts, so that tombstones, which must stay a revision longer, lie between what may go at once.
      core.apply(txn(put('/a'), put('/b'), put('/c'), put('/d')));
      core.apply(txn(put('/a'), remove('/b'), put('/c'), remove('/d')));
      core.apply(txn(remove('/a'), put('/b'), remove('/c'), put('/d')));
      core.apply(txn(put('/a'), put('/b'), put('/c'), put('/d')));
      for (const compacted of [3, 5]) {
        core.apply({ type: 'compact', revision: compacted });
        for (let i = 0; i < 12; i++) {
          core.trim(limit);
          await core.flush();
          const again = await Core.open(core.disk);
          expect(replicated(again.state)).toEqual(replicated(core.state));
        }
      }
      expect(core.state.superseded.length - core.state.supersededFrom).toBe(0);
      expect(await changesOn(core)).toBe(4);
    }
  });

  it('forgets a key altogether when it is gone, so that it begins anew', async () => {
    const core = await Core.open();
    core.apply(txn(put('/a')));
    core.apply(txn(remove('/a')));
    core.apply(txn(put('/b')));
    core.apply({ type: 'compact', revision: 4 });
    core.trim(10);
    expect(core.state.index.get('/a')).toBe(undefined);
    expect(core.state.index.size).toBe(1);
    const [change] = core.apply(txn(put('/a'))).changes;
    expect(change).toMatchObject({ previous: undefined, version: { create: 5, version: 1 } });
  });
});

async function changesOn({ disk }: Core): Promise<number> {
  let count = 0;
  for await (const page of disk.pages()) count += page.filter(([key]) => key.startsWith('r')).length;
  return count;
}

function put(key: string): EtcdOperation {
  return { type: 'put', key, value: Buffer.from('v') };
}

function remove(key: string): EtcdOperation {
  return { type: 'delete', key };
}

function txn(...success: EtcdOperation[]): Command {
  return { type: 'txn', request: { compares: [], success, failure: [] } };
}

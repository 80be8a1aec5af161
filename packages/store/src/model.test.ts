import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Collector } from './contract/collector.ts';
import { dump } from './contract/short.ts';
import { MemoryVolume } from '@wherry/raft/disk';
import { openStore } from './open.ts';
import type { Store } from './store.ts';
import type { Operation } from './storage.ts';

/** The plainest store there is: a map of everything per revision. */
class Model {
  readonly revisions: Map<string, string>[] = [new Map(), new Map()];
  compacted = 0;

  get revision(): number {
    return this.revisions.length - 1;
  }

  at(revision: number): Map<string, string> {
    return this.revisions[revision] as Map<string, string>;
  }

  write(operations: Operation[]): void {
    const next = new Map(this.at(this.revision));
    let changed = false;
    for (const operation of operations) {
      if (operation.type === 'put') {
        next.set(operation.key, Buffer.from(operation.value).toString());
        changed = true;
      } else if (operation.type === 'delete') {
        changed = next.delete(operation.key) || changed;
      } else if (operation.type === 'deletePrefix') {
        for (const key of next.keys()) {
          if (key.startsWith(operation.prefix)) changed = next.delete(key) || changed;
        }
      }
    }
    if (changed) this.revisions.push(next);
  }

  dump(prefix: string, revision: number): string[] {
    const found = [...this.at(revision)].filter(([key]) => key.startsWith(prefix));
    return found.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}=${value}`);
  }

  /** What a watch of everything since `from` must tell. */
  events(from: number): string[] {
    const lines: string[] = [];
    for (let revision = Math.max(from, 2); revision <= this.revision; revision++) {
      const before = this.at(revision - 1);
      const now = this.at(revision);
      for (const key of new Set([...before.keys(), ...now.keys()])) {
        if (before.get(key) === now.get(key)) continue;
        const previous = before.has(key) && revision > this.compacted ? ` (${before.get(key)})` : '';
        lines.push(
          now.has(key) ? `${revision} put ${key}=${now.get(key)}${previous}` : `${revision} delete ${key}${previous}`,
        );
      }
    }
    return lines.sort();
  }
}

type Step =
  | { do: 'write'; operations: Operation[] }
  | { do: 'compact'; back: number }
  | { do: 'restart' }
  | { do: 'powerCut' };

const keys = fc.constantFrom('/a', '/a/1', '/a/2', '/b', '/b/1', '/c');
let serial = 0;
const operation: fc.Arbitrary<Operation> = fc.oneof(
  // Values never repeat, so that the model can tell a put from no put.
  { weight: 6, arbitrary: keys.map((key): Operation => ({ type: 'put', key, value: Buffer.from(String(serial++)) })) },
  { weight: 3, arbitrary: keys.map((key): Operation => ({ type: 'delete', key })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('/a', '/b', '/').map((prefix): Operation => ({ type: 'deletePrefix', prefix })),
  },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc
      .array(operation, { minLength: 1, maxLength: 3 })
      .map((operations): Step => ({ do: 'write', operations })),
  },
  { weight: 1, arbitrary: fc.nat({ max: 6 }).map((back): Step => ({ do: 'compact', back })) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'restart' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'powerCut' }) },
);

describe('the store against a plain model', () => {
  it('agrees at every uncompacted revision and in every watch, over compactions, restarts and power cuts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        const model = new Model();
        let volume = new MemoryVolume();
        let store = await openStore({ volume });
        for (const each of steps) {
          if (each.do === 'write') await writeBoth(store, model, each.operations);
          else if (each.do === 'compact') await compactBoth(store, model, Math.max(0, model.revision - each.back));
          else {
            if (each.do === 'restart') await store[Symbol.asyncDispose]();
            else volume = volume.powerCut();
            store = await openStore({ volume });
          }
        }
        await compare(store, model);
        await store[Symbol.asyncDispose]();
      }),
      { numRuns: Number(process.env['MODEL_RUNS'] ?? 800) },
    );
  }, 60_000);
});

async function writeBoth(store: Store, model: Model, operations: Operation[]): Promise<void> {
  try {
    await store.txn({ compares: [], success: operations });
  } catch (error) {
    // The same key twice: refused as a whole.
    expect(error).toBeInstanceOf(TypeError);
    return;
  }
  model.write(operations);
}

async function compactBoth(store: Store, model: Model, revision: number): Promise<void> {
  if (revision <= model.compacted) {
    await expect(store.compact(revision)).rejects.toMatchObject({ code: 'compacted' });
    return;
  }
  await store.compact(revision);
  model.compacted = revision;
}

async function compare(store: Store, model: Model): Promise<void> {
  expect(await store.currentRevision()).toBe(model.revision);
  for (let revision = 1; revision <= model.revision; revision++) {
    if (revision < model.compacted) {
      await expect(store.list('/', { revision })).rejects.toMatchObject({ code: 'compacted' });
      continue;
    }
    for (const prefix of ['', '/a', '/a/', '/b', '/c/']) {
      expect(await dump(store, prefix, revision)).toEqual(model.dump(prefix, revision));
    }
  }
  const from = Math.max(1, model.compacted);
  const watcher = new Collector(store, '', from);
  await watcher.reached(model.revision);
  expect(watcher.lines().sort()).toEqual(model.events(from));
  watcher.close();
}

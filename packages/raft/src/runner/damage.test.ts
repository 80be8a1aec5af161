import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Entry, SnapshotMark } from '../core/types.ts';
import { DiskError } from '../disk/disk.ts';
import { openLevelVolume } from '../disk/level-volume.ts';
import { Log } from './log.ts';

const folder = mkdtempSync(join(tmpdir(), 'wherry-log-damage-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The state has come so far; what the log has of before has been compacted. */
const machine: SnapshotMark = { index: 100, term: 1, timeMs: 0, configuration: { voters: [1], learners: [] } };
const original = join(folder, 'original');
let copies = 0;
let expected: string;
let files: string[];

function entry(index: number, term: number): Entry {
  return { index, term, timeMs: index / 4, type: 'normal', data: Buffer.from(`${term}.${index} `.repeat(100)) };
}

/** Several LevelDB files: tables from earlier lives, and a log with the batches of the last one. */
async function write(): Promise<void> {
  for (let life = 1; life <= 3; life++) {
    const volume = await openLevelVolume(original);
    const log = await Log.open(volume, life === 1 ? { ...machine, index: 0, term: 0 } : machine);
    for (let batch = 0; batch < 30; batch++) {
      const first = log.lastIndex + 1;
      const entries = Array.from({ length: 1 + (batch % 7) }, (_, i) => entry(first + i, life));
      await log.append({ entries, hardState: { term: life, vote: 1, commit: log.lastIndex } });
    }
    if (life === 1) await log.compact(40);
    // Some are replaced.
    const replaced = [entry(log.lastIndex - 1, life)];
    await log.append({ entries: replaced, hardState: { term: life, vote: 1, commit: 0 } });
    await log.append({ entries: [], hardState: { term: life + 1, vote: 2, commit: 0 } });
    await volume.close();
  }
}

async function everything(path: string): Promise<string> {
  const volume = await openLevelVolume(path);
  try {
    const log = await Log.open(volume, machine);
    const entries = log.entries(log.compacted.index + 1, log.lastIndex + 1, Infinity);
    const plain = entries.map(({ data, ...rest }) => ({ ...rest, data: data.toString() }));
    return JSON.stringify([log.compacted, log.hardState, plain]);
  } finally {
    await volume.close();
  }
}

describe('a log in damaged files', () => {
  beforeAll(async () => {
    await write();
    expected = await everything(original);
    files = readdirSync(join(original, 'log')).filter((name) => !/^LOG/.test(name) && name !== 'LOCK');
  });

  it('is whole or refused, wherever a bit is flipped', async () => {
    const refused = await forAnyPlace((file, place) => {
      const bytes = readFileSync(file);
      const bit = Math.floor(place * bytes.length * 8);
      bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
      writeFileSync(file, bytes);
    });
    expect(refused).toBeGreaterThan(0);
  });

  it('is whole or refused, at whatever length a file is cut off', async () => {
    const refused = await forAnyPlace((file, place) =>
      truncateSync(file, Math.floor(place * readFileSync(file).length)),
    );
    expect(refused).toBeGreaterThan(0);
  });

  it('is refused at every length at which what was written last is cut off', async () => {
    const path = copy();
    const volume = await openLevelVolume(path);
    const log = await Log.open(volume, machine);
    await log.append({ entries: [entry(log.lastIndex + 1, 9)], hardState: { term: 9, vote: 1, commit: 0 } });
    await volume.close();
    const whole = await everything(path);
    const newest = readdirSync(join(path, 'log'))
      .filter((name) => name.endsWith('.log'))
      .toSorted()
      .at(-1) as string;
    // Opening moves what the log has to a table: the damage is done to a copy from before.
    const again = copyOf(path);
    const size = readFileSync(join(again, 'log', newest)).length;
    for (let length = size; length >= 0; length -= Math.max(1, Math.floor(size / 60))) {
      const damaged = copyOf(again);
      truncateSync(join(damaged, 'log', newest), length);
      expect(await check(`${newest} of ${length} bytes`, damaged, whole)).toBe(length === size);
    }
  });

  it('is refused when it is of yesterday, and taken as it is when the mark is removed', async () => {
    const path = copy();
    const volume = await openLevelVolume(path);
    const log = await Log.open(volume, machine);
    await log.append({ entries: [], hardState: { term: 9, vote: 3, commit: 0 } });
    await volume.close();
    rmSync(join(path, 'log'), { recursive: true });
    cpSync(join(original, 'log'), join(path, 'log'), { recursive: true });
    await expect(everything(path)).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringMatching(/acknowledged up to entry .* remove the file "acknowledged"/),
    });
    // The remedy that the message names.
    rmSync(join(path, 'acknowledged'));
    expect(await everything(path)).toBe(expected);
  });

  async function forAnyPlace(damage: (file: string, place: number) => void): Promise<number> {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat({ max: 999_999 }), async (nth, millionths) => {
        const name = files[nth % files.length] as string;
        const path = copy();
        damage(join(path, 'log', name), millionths / 1e6);
        if (!(await check(`${name} at ${millionths}`, path, expected))) refused++;
      }),
      { numRuns: Number(process.env['DAMAGE_RUNS'] ?? 60) },
    );
    return refused;
  }

  async function check(what: string, path: string, whole: string): Promise<boolean> {
    try {
      expect(await everything(path), what).toBe(whole);
      return true;
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      if (process.env['DAMAGE_SHOW']) console.log(what, error.message);
      return false;
    } finally {
      rmSync(path, { recursive: true });
    }
  }

  function copy(): string {
    return copyOf(original);
  }

  function copyOf(path: string): string {
    const to = join(folder, String(copies++));
    cpSync(path, to, { recursive: true });
    return to;
  }
});

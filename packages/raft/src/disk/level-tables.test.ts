import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLevelDisk } from './level-disk.ts';
import { findDamagedTable } from './level-tables.ts';

const footerBytes = 48;
const path = mkdtempSync(join(tmpdir(), 'wherry-tables-'));
afterAll(() => rmSync(path, { recursive: true }));

describe('the tables of LevelDB', () => {
  beforeAll(async () => {
    // What one life wrote becomes a table in the next one.
    for (let life = 0; life < 3; life++) {
      const disk = await openLevelDisk(path);
      for (let i = 0; i < 300; i++) {
        const value = Buffer.alloc(500, `${life}.${i}`);
        await disk.batch([{ type: 'put', key: `${life}-${i}`, value }], { sync: false });
      }
      await disk.close();
    }
  });
  const tables = () => readdirSync(path).filter((name) => name.endsWith('.ldb'));

  it('are whole as LevelDB wrote them', async () => {
    expect(tables().length).toBeGreaterThan(0);
    expect(await findDamagedTable(path)).toBe(undefined);
  });

  it('are found damaged wherever a bit is flipped or the end is missing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), fc.nat(7), fc.boolean(), async (nth, at, bit, cut) => {
        const name = tables()[nth % tables().length] as string;
        const whole = readFileSync(join(path, name));
        const place = at % (whole.length - footerBytes);
        const damaged = Buffer.from(whole);
        damaged[place] = (damaged[place] as number) ^ (1 << bit);
        writeFileSync(join(path, name), cut ? whole.subarray(0, place) : damaged);
        try {
          expect(await findDamagedTable(path)).toBe(name);
          await expect(openLevelDisk(path)).rejects.toMatchObject({
            code: 'corrupt',
            message: expect.stringContaining(name),
          });
        } finally {
          writeFileSync(join(path, name), whole);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('do not matter when they are not in use: one was being written when the process ended', async () => {
    writeFileSync(join(path, '999990.ldb'), 'half a table');
    expect(await findDamagedTable(path)).toBe(undefined);
    const disk = await openLevelDisk(path);
    expect(disk.getSync('2-299')).toEqual(Buffer.alloc(500, '2.299'));
    await disk.close();
    expect(tables()).not.toContain('999990.ldb');
  });
});

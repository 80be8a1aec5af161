import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Disk } from './disk.ts';
import { openLevelDisk } from './level-disk.ts';
import { openLevelVolume } from './level-volume.ts';

const folder = mkdtempSync(join(tmpdir(), 'wherry-volume-'));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;
const place = () => join(folder, String(count++));

async function put(disk: Disk, key: string, value: string): Promise<void> {
  await disk.batch([{ type: 'put', key, value: Buffer.from(value) }], { sync: true });
}

async function read(disk: Disk): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const page of disk.pages()) for (const [key, value] of page) found[key] = value.toString();
  return found;
}

describe('a data directory', () => {
  it('keeps log, state and mark', async () => {
    const path = place();
    const volume = await openLevelVolume(path);
    await put(volume.log, 'l', '1');
    await put(volume.state, 's', '2');
    expect(volume.readMark()).toBe(undefined);
    volume.writeMark(Buffer.from('three'));
    volume.writeMark(Buffer.from('four'));
    await volume.close();
    const again = await openLevelVolume(path);
    expect([await read(again.log), await read(again.state)]).toEqual([{ l: '1' }, { s: '2' }]);
    expect(again.readMark()?.toString().trimEnd()).toBe('four');
    await again.close();
  });

  it('refuses a second process, and changes nothing for it', async () => {
    const path = place();
    const volume = await openLevelVolume(path);
    await volume.newState();
    await expect(openLevelVolume(path)).rejects.toMatchObject({
      code: 'unavailable',
      message: `another process has the store at ${path} open`,
    });
    expect(existsSync(join(path, 'state-1'))).toBe(true);
    await volume.close();
  });

  it('takes a directory from before there was a log', async () => {
    const path = place();
    const old = await openLevelDisk(join(path, 'db'));
    await put(old, 'a', '1');
    await old.close();
    const volume = await openLevelVolume(path);
    expect([await read(volume.log), await read(volume.state)]).toEqual([{}, { a: '1' }]);
    await volume.close();
  });

  it('replaces the state again and again, and leaves nothing behind', async () => {
    const path = place();
    const volume = await openLevelVolume(path);
    for (const text of ['one', 'two', 'three']) {
      const abandoned = await volume.newState();
      await put(abandoned, 'x', 'x');
      const disk = await volume.newState();
      await put(disk, 'text', text);
      await expect(volume.replaceState(abandoned)).rejects.toThrow('not what newState() gave last');
      await volume.replaceState(disk);
      expect(await read(volume.state)).toEqual({ text });
    }
    await volume.newState();
    await volume.close();
    const again = await openLevelVolume(path);
    expect(await read(again.state)).toEqual({ text: 'three' });
    await again.close();
    expect(readdirSync(path).toSorted()).toEqual(['log', 'state', 'state-3']);
  });

  it('has the old state or the new one, wherever the replacement was cut short', async () => {
    const path = place();
    const volume = await openLevelVolume(path);
    await put(volume.state, 'text', 'old');
    const disk = await volume.newState();
    await put(disk, 'text', 'new');
    const before = place();
    cpSync(path, before, { recursive: true });
    writeFileSync(join(before, 'state.new'), 'state-1');
    const old = join(path, '..', 'old-db');
    cpSync(join(path, 'db'), old, { recursive: true });
    await volume.replaceState(disk);
    await volume.close();
    cpSync(old, join(path, 'db'), { recursive: true });

    for (const [at, text, left] of [
      [before, 'old', ['db', 'log']],
      [path, 'new', ['log', 'state', 'state-1']],
    ] as const) {
      const found = await openLevelVolume(at);
      expect(await read(found.state)).toEqual({ text });
      await found.close();
      expect(readdirSync(at).toSorted()).toEqual(left);
    }
  });

  it('refuses to take an empty state for the one that is gone', async () => {
    const path = place();
    const volume = await openLevelVolume(path);
    const disk = await volume.newState();
    await volume.replaceState(disk);
    await volume.close();
    const damages: [(at: string) => void, RegExp][] = [
      [(at) => rmSync(join(at, 'state')), /the file "state".*is gone/],
      [(at) => rmSync(join(at, 'state-1'), { recursive: true }), /the folder state-1.*is gone/],
      [(at) => writeFileSync(join(at, 'state'), '../elsewhere'), /does not name a folder/],
    ];
    for (const [damage, message] of damages) {
      const at = place();
      cpSync(path, at, { recursive: true });
      damage(at);
      await expect(openLevelVolume(at)).rejects.toMatchObject({
        code: 'corrupt',
        message: expect.stringMatching(message),
      });
    }
  });

  it('shows a snapshot as it was, whatever is written afterwards', async () => {
    const volume = await openLevelVolume(place());
    await put(volume.state, 'a', '1');
    const snapshot = volume.state.snapshot();
    await put(volume.state, 'a', '2');
    await put(volume.state, 'b', '3');
    const found: string[] = [];
    for await (const page of snapshot.pages()) found.push(...page.map(([key, value]) => `${key}${value.toString()}`));
    expect(found).toEqual(['a1']);
    await snapshot.close();
    await volume.close();
  });
});

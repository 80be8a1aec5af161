import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bindSubPath } from './sub-path.ts';

let dir: string;
let volume: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'subpath-'));
  volume = join(dir, 'volume');
  await mkdir(volume);
});
afterEach(() => rm(dir, { recursive: true }));

test.each(['../x', '/etc', 'a/../../x'])('the subPath %s is refused', async (subPath) => {
  await expect(bindSubPath(volume, subPath, join(dir, 'place'))).rejects.toThrow('relative path within the volume');
});

test('a link that leads out of the volume is refused', async () => {
  await symlink('/etc', join(volume, 'out'));
  await expect(bindSubPath(volume, 'out/passwd', join(dir, 'place'))).rejects.toThrow('not within volume path');
  await expect(bindSubPath(volume, 'out', join(dir, 'place'))).rejects.toThrow('not within volume path');
});

test('a dangling link is refused rather than followed to where it may point later', async () => {
  await symlink(join(dir, 'later'), join(volume, 'dangling'));
  await expect(bindSubPath(volume, 'dangling/x', join(dir, 'place'))).rejects.toThrow();
});

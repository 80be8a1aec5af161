import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pod } from '@wherry/api';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isSafePath, writePayload } from './atomic-writer.ts';
import { prepareHostPath } from './host-path.ts';
import { parseMounts } from './mounts.ts';
import { VolumeError, volumePayload } from './payload.ts';
import { Volumes } from './volumes.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'volume-'));
});
afterEach(() => rm(dir, { recursive: true }));

const file = (text: string, mode = 0o644) => ({ data: Buffer.from(text), mode });

test('a payload shows through ..data, with the modes asked for', async () => {
  await writePayload(
    dir,
    new Map([
      ['a', file('1', 0o400)],
      ['sub/b', file('2')],
    ]),
    undefined,
  );
  expect(await readFile(join(dir, 'a'), 'utf8')).toBe('1');
  expect(await readFile(join(dir, 'sub/b'), 'utf8')).toBe('2');
  expect(await readlink(join(dir, 'a'))).toBe('..data/a');
  expect((await lstat(join(dir, '..data', 'a'))).mode & 0o777).toBe(0o400);
});

test('a change swaps the whole directory; what went is gone and the old directory is removed', async () => {
  await writePayload(
    dir,
    new Map([
      ['a', file('1')],
      ['b', file('2')],
    ]),
    undefined,
  );
  const before = await readlink(join(dir, '..data'));
  expect(await writePayload(dir, new Map([['a', file('new')]]), undefined)).toBe(true);
  expect(await readlink(join(dir, '..data'))).not.toBe(before);
  expect((await readdir(dir)).filter((name) => !name.startsWith('..')).sort()).toEqual(['a']);
  expect(await readFile(join(dir, 'a'), 'utf8')).toBe('new');
  expect((await readdir(dir)).length).toBe(3);
});

test('the same payload again changes nothing', async () => {
  const payload = new Map([['a', file('1')]]);
  await writePayload(dir, payload, undefined);
  const before = await readlink(join(dir, '..data'));
  expect(await writePayload(dir, payload, undefined)).toBe(false);
  expect(await readlink(join(dir, '..data'))).toBe(before);
});

test.each(['/etc/passwd', '../x', 'a/../../x', '..data', ''])('the path %j is refused', async (path) => {
  expect(isSafePath(path)).toBe(false);
  await expect(writePayload(dir, new Map([[path, file('x')]]), undefined)).rejects.toThrow('invalid path');
});

const pod: Pod = {
  metadata: { name: 'p', namespace: 'ns', uid: 'u', labels: { b: '2', a: '1' } },
  spec: { containers: [] },
};
const context = { podIp: '', hostIp: '', nodeName: 'n', allocatable: {} };
const objects = {
  configMap: (name: string) => (name === 'cm' ? { metadata: { name }, data: { k: 'v' } } : undefined),
  secret: () => undefined,
  token: () => 'token-of-the-pod',
};

test('a projected volume gathers its sources under their paths', () => {
  const volume = {
    name: 'v',
    projected: {
      sources: [
        { configMap: { name: 'cm', items: [{ key: 'k', path: 'deep/k' }] } },
        { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
        { secret: { name: 'gone', optional: true } },
      ],
    },
  };
  const files = volumePayload(pod, volume, objects, context);
  const texts = [...(files ?? [])].map(([path, { data }]) => [path, data.toString()]);
  expect(texts).toEqual([
    ['deep/k', 'v'],
    ['labels', 'a="1"\nb="2"'],
  ]);
});

test('what is missing and not optional is named', () => {
  const gone = { name: 'v', secret: { secretName: 'gone' } };
  expect(() => volumePayload(pod, gone, objects, context)).toThrow(new VolumeError('secret "gone" not found'));
  const key = { name: 'v', configMap: { name: 'cm', items: [{ key: 'x', path: 'x' }] } };
  expect(() => volumePayload(pod, key, objects, context)).toThrow('references non-existent config key: x');
});

test('a hostPath is made or refused by its type', async () => {
  await prepareHostPath(join(dir, 'made'), 'DirectoryOrCreate');
  expect((await lstat(join(dir, 'made'))).isDirectory()).toBe(true);
  await mkdir(join(dir, 'there'));
  await expect(prepareHostPath(join(dir, 'there'), 'File')).rejects.toThrow('hostPath type check failed');
  await expect(prepareHostPath(join(dir, 'gone'), 'Directory')).rejects.toThrow('is not a directory');
  await expect(prepareHostPath(join(dir, 'gone'), '')).resolves.toBeUndefined();
});

test('mount points are read with their escapes undone', () => {
  expect(parseMounts('36 35 98:0 / /a\\040b rw - tmpfs tmpfs rw\n')).toEqual(['/a b']);
});

test.each([
  [{ configMap: { name: 'c' } }, true],
  [{ secret: { secretName: 's' } }, true],
  [{ downwardAPI: {} }, true],
  [{ projected: { sources: [] } }, true],
  [{ emptyDir: {} }, false],
  [{ hostPath: { path: '/tmp' } }, false],
])('%j is mounted read-only, though the mount does not ask for it: %s', async (source, readOnly) => {
  const container = { name: 'c', volumeMounts: [{ name: 'v', mountPath: '/v' }] };
  const pod: Pod = {
    metadata: { name: 'p', uid: 'u' },
    spec: { containers: [container], volumes: [{ name: 'v', ...source }] },
  };
  const mounts = await new Volumes(dir).mounts(pod, container, new Map([['v', '/host']]), new Map());
  expect(mounts.map((mount) => mount.readOnly)).toEqual([readOnly]);
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Io } from './io.ts';
import { findPlugins, runPlugin } from './plugins.ts';
import { suggestCommands } from './suggestions.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wherry-plugins-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const io = (): Io => ({
  stdin: Readable.from([]),
  stdout: new Writable(),
  stderr: new Writable(),
  env: { PATH: `${folder}:/usr/bin:/bin` },
  cwd: folder,
  signal: new AbortController().signal,
  now: () => new Date(0),
});
const plugin = (name: string, script: string, mode = 0o755) =>
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode });

test('the longest name that fits is run, with the words that are left', async () => {
  plugin('kubectl-foo', 'exit 3');
  plugin('kubectl-foo-bar', 'test "$*" = "baz -x" && exit 4');
  expect(await runPlugin(['foo', 'bar', 'baz', '-x'], io())).toBe(4);
  expect(await runPlugin(['foo', 'other'], io())).toBe(3);
  expect(await runPlugin(['nope'], io())).toBeUndefined();
});

test('ours come before those of kubectl, and dashes of words are underscores', async () => {
  plugin('kubectl-my_tool', 'exit 3');
  plugin('wherry-my_tool', 'exit 5');
  expect(await runPlugin(['my-tool'], io())).toBe(5);
});

test('every plugin is found, executable or not', async () => {
  plugin('kubectl-a', '');
  plugin('kubectl-b', '', 0o644);
  plugin('other', '');
  const found = (await findPlugins(folder)).map(({ name, executable }) => ({ name, executable }));
  expect(found).toEqual([
    { name: 'kubectl-a', executable: true },
    { name: 'kubectl-b', executable: false },
  ]);
});

test('a mistyped command is guessed at', () => {
  expect(suggestCommands('gett', ['get', 'set', 'delete'])).toEqual(['get', 'set']);
  expect(suggestCommands('DELE', ['get', 'delete'])).toEqual(['delete']);
  expect(suggestCommands('zzzzzz', ['get'])).toEqual([]);
});

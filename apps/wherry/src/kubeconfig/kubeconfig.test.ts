import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { KubeconfigFile } from '@wherry/client';
import { deleteEntry, hasEntry, minify, redact, renameContext, setEntry, useContext } from './edit.ts';
import { change, fileFor, readPlain } from './files.ts';

const file: KubeconfigFile = {
  clusters: [
    { name: 'c1', cluster: { server: 'https://a', 'certificate-authority-data': 'AAAA' } },
    { name: 'c2', cluster: {} },
  ],
  users: [{ name: 'u1', user: { token: 's3cret', 'client-key-data': 'BBBB' } }],
  contexts: [{ name: 'x', context: { cluster: 'c1', user: 'u1' } }],
  'current-context': 'x',
};

test('setting fields keeps the others, an empty value removes one, a new entry is added', () => {
  const once = setEntry(file, 'contexts', 'x', { namespace: 'ns', user: undefined });
  expect(once.contexts).toEqual([{ name: 'x', context: { cluster: 'c1', user: 'u1', namespace: 'ns' } }]);
  expect(setEntry(once, 'contexts', 'x', { namespace: '' }).contexts).toEqual(file.contexts);
  expect(setEntry(file, 'users', 'u2', { token: 't' }).users?.[1]).toEqual({ name: 'u2', user: { token: 't' } });
  expect(file.contexts?.[0]?.context).toEqual({ cluster: 'c1', user: 'u1' });
});

test('a renamed context stays the current one', () => {
  expect(renameContext(file, 'x', 'y')).toMatchObject({ 'current-context': 'y', contexts: [{ name: 'y' }] });
  expect(() => renameContext(file, 'n', 'y')).toThrow("it's not in the kubeconfig");
  expect(useContext(file, 'z')['current-context']).toBe('z');
  expect(hasEntry(deleteEntry(file, 'clusters', 'c1'), 'clusters', 'c1')).toBe(false);
});

test('only what a context needs is left when minified', () => {
  expect(minify(file, 'x').clusters?.map((c) => c.name)).toEqual(['c1']);
  expect(() => minify(file, 'nope')).toThrow('cannot locate context nope');
});

test('secrets are not shown', () => {
  const shown = JSON.stringify(redact(file));
  for (const secret of ['AAAA', 'BBBB', 's3cret']) expect(shown).not.toContain(secret);
  expect(shown).toContain('DATA+OMITTED');
});

const directory = mkdtempSync(join(tmpdir(), 'wherry-kubeconfig-'));
afterAll(() => rmSync(directory, { recursive: true }));

test('a file is changed in one step, for its owner alone, and not while another holds its lock', async () => {
  const path = join(directory, 'deep', 'config');
  await change(path, () => file);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(await readPlain(path)).toMatchObject(file);
  writeFileSync(`${path}.lock`, '');
  await expect(change(path, (f) => useContext(f, 'y'))).rejects.toThrow('file exists');
  expect(readFileSync(path, 'utf8')).toContain('current-context: x');
});

test('of several files the one that has the entry is changed, else the first that exists', async () => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => join(directory, name)) as [string, string, string];
  await change(b, () => file);
  await change(c, (empty) => empty);
  expect(await fileFor([a, b, c], (f) => hasEntry(f, 'users', 'u1'))).toBe(b);
  expect(await fileFor([a, c, b], () => false)).toBe(c);
  expect(await fileFor([a], () => true)).toBe(a);
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, expect, test } from 'vitest';
import { parseManifests, readManifests } from './manifests.ts';

const names = (text: string): (string | undefined)[] => parseManifests(text, 'x').map((m) => m.object.metadata.name);
const map = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;

test('a stream has several objects, and empty documents are nothing', () => {
  expect(names(`---\n${map('a')}---\n# nothing\n---\n${map('b')}`)).toEqual(['a', 'b']);
});

test('a List is taken apart, JSON is read as it is', () => {
  expect(
    names(`apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n`),
  ).toEqual(['a']);
  expect(names('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"j"}}')).toEqual(['j']);
});

test('words of YAML 1.1 are what they are to kubectl: yes is a boolean, a date is text', () => {
  const [manifest] = parseManifests(
    `${map('a')}data: {a: yes, b: 2024-01-02, d: 017, e: 1e3, f: e1, g: 10:30, h: ., i: .5, j: 1.5}\n`,
    'x',
  );
  expect(manifest?.object['data']).toEqual({
    a: true,
    b: '2024-01-02',
    d: 15,
    e: 1000,
    f: 'e1',
    g: '10:30',
    h: '.',
    i: 0.5,
    j: 1.5,
  });
});

test('what is no object is refused with its source', () => {
  expect(() => names('kind: ConfigMap')).toThrow('error validating "x": error validating data: apiVersion not set');
  expect(() => names('a: 1')).toThrow('[apiVersion not set, kind not set]');
  expect(() => names('{a: [')).toThrow('error parsing x: error converting YAML to JSON: yaml: line 1:');
  expect(() => names('- 1')).toThrow('a manifest must be a map');
});

const directory = mkdtempSync(join(tmpdir(), 'wherry-manifests-'));
afterAll(() => rmSync(directory, { recursive: true }));

test('directories are read in the order of names, deeper ones only when asked', async () => {
  mkdirSync(join(directory, 'sub'));
  writeFileSync(join(directory, 'b.yaml'), map('b'));
  writeFileSync(join(directory, 'a.yml'), map('a'));
  writeFileSync(join(directory, 'ignored.txt'), 'x');
  writeFileSync(join(directory, 'sub', 'c.json'), '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}}');
  const io = { cwd: directory, stdin: Readable.from([map('in')]) };
  const read = async (files: string[], recursive: boolean): Promise<(string | undefined)[]> =>
    (await readManifests(files, { recursive, verb: 'apply' }, io)).map((m) => m.object.metadata.name);
  expect(await read(['.'], false)).toEqual(['a', 'b']);
  expect(await read(['.'], true)).toEqual(['a', 'b', 'c']);
  expect(await read(['-', 'b.yaml'], false)).toEqual(['in', 'b']);
  await expect(read(['nope'], false)).rejects.toThrow('the path "nope" does not exist');
});

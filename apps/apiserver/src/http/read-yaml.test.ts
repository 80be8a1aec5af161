import { expect, test } from 'vitest';
import { readYaml } from './read-yaml.ts';

test('one document is read, and JSON is YAML too', async () => {
  expect(await readYaml('a: yes\nb: [1, "x"]\n')).toEqual({ value: { a: 'yes', b: [1, 'x'] }, duplicates: [] });
  expect(await readYaml('{"a": {"b": null}}')).toEqual({ value: { a: { b: null } }, duplicates: [] });
  expect(await readYaml('')).toEqual({ value: null, duplicates: [] });
});

test('keys that stand twice are found', async () => {
  expect(await readYaml('data:\n  a: x\n  a: y\n')).toEqual({
    value: { data: { a: 'y' } },
    duplicates: ['key "a" already set in map'],
  });
});

test('no key touches a prototype', async () => {
  const { value } = await readYaml('__proto__: {polluted: true}\nconstructor: x\n');
  expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor']);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

const many = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');

test.each([
  ['an unclosed list', 'a: [1', /^error converting YAML to JSON: yaml: /],
  ['very deep lists', '['.repeat(100_000), /exceeded max depth/],
  ['very deep blocks', '- '.repeat(100_000), /exceeded max depth/],
  ['more tokens than an object has', many(100_000, (i) => `k${i}: v`), /more than 200000 tokens/],
  [
    'aliases of aliases',
    [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefgh'.split('').map((c, i) => `${c}: &${c} [${`*${'abcdefg'[i]},`.repeat(9)}]`),
    ].join('\n'),
    /resource exhaustion/,
  ],
])('%s are refused', async (_what, text, message) => {
  await expect(readYaml(text)).rejects.toMatchObject({ code: 400, message: expect.stringMatching(message) });
});

test('very many keys are read without comparing each with all others', async () => {
  const { value } = await readYaml(many(20_000, (i) => `k${i}: v`));
  expect(Object.keys(value as object)).toHaveLength(20_000);
});

import { expect, test } from 'vitest';
import fc from 'fast-check';
import { parse } from 'yaml';
import { parseManifests } from '../resources/manifests.ts';
import { toYaml } from './yaml.ts';

const text = (value: string): string => toYaml({ a: value }).slice(3).trimEnd();

test('keys are sorted, and a list is not indented below its key', () => {
  expect(toYaml({ b: [{ d: 1, c: [] }, 'x', [1, [2]]], a: { z: {}, y: null } })).toBe(
    'a:\n  "y": null\n  z: {}\nb:\n- c: []\n  d: 1\n- x\n- - 1\n  - - 2\n',
  );
});

test('text is quoted only where it would be read as something else', () => {
  for (const plain of ['abc', 'a b', '100m', '1,000', "it's", ':x', '1.5.1', 'a{b}', '=', '1Gi']) {
    expect(text(plain)).toBe(plain);
  }
  for (const other of [
    '',
    'true',
    'No',
    'on',
    'y',
    '1',
    '0x1f',
    '1e3',
    '.5',
    '1_000',
    '10:30',
    '2024-01-02',
    '~',
    'null',
    '-1',
    '.nan',
  ]) {
    expect(text(other)).toBe(JSON.stringify(other));
  }
  for (const odd of [
    'x: y',
    '# no',
    'a #b',
    '*star',
    '{a}',
    '- x',
    ' lead',
    'trail ',
    '%x',
    'x:',
    '-',
    '?',
    "'q'",
    '----',
  ]) {
    expect(text(odd)).toBe(`'${odd.replaceAll("'", "''")}'`);
  }
});

test('several lines stand in a block, with what is needed at its end', () => {
  expect(toYaml({ a: 'x\ny\n' })).toBe('a: |\n  x\n  y\n');
  expect(toYaml({ a: 'x\ny' })).toBe('a: |-\n  x\n  y\n');
  expect(toYaml({ a: 'x\n\n' })).toBe('a: |+\n  x\n\n');
  expect(toYaml({ a: '  x\ny' })).toBe('a: |2-\n    x\n  y\n');
  expect(text('x \ny')).toBe('"x \\ny"');
  expect(text('tab\there\n')).toBe('"tab\\there\\n"');
  expect(text('\u0001😀')).toBe('"\\x01\\U0001F600"');
});

test('whatever is written is read back as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const copy: unknown = JSON.parse(JSON.stringify(value));
      const manifest = { apiVersion: 'v1', kind: 'X', metadata: {}, value: copy };
      expect(parseManifests(toYaml(manifest), 'x')[0]?.object).toEqual(manifest);
    }),
    { numRuns: 300, seed: 36 },
  );
});

test('long text is folded at the first space beyond column 80, as kubectl shows it', () => {
  const words = (count: number) => Array.from({ length: count }, (_, i) => `word${i % 10}`).join(' ');
  const annotations = { 'kubernetes.io/description': words(20) };
  expect(toYaml({ metadata: { annotations } })).toBe(
    `metadata:\n  annotations:\n    kubernetes.io/description: ${words(9)}\n      ${words(20).slice(words(9).length + 1)}\n`,
  );
  const [first, second] = toYaml({ a: `- ${'x'.repeat(80)} y z` }).split('\n');
  expect([first, second]).toEqual([`a: '- ${'x'.repeat(80)}`, `  y z'`]);
  expect(toYaml(['x'.repeat(79) + '  two', 'x'.repeat(100)])).toBe(`- ${'x'.repeat(79)}  two\n- ${'x'.repeat(100)}\n`);
  expect(toYaml({ a: `\t${'x'.repeat(90)}  y` })).toBe(`a: "\\t${'x'.repeat(90)}\n  \\ y"\n`);
});

test('whatever is folded reads as it was', () => {
  const word = fc.string({ unit: fc.constantFrom('a', "'", '"', '#', ':', '-', 'é'), maxLength: 30 });
  const gap = fc.constantFrom(' ', ' ', '  ', '   ');
  const sentence = fc.array(fc.tuple(word, gap), { minLength: 8, maxLength: 40 }).map((all) => all.flat().join(''));
  fc.assert(
    fc.property(sentence, (value) => {
      expect(parse(toYaml({ list: [value], map: { key: value } }))).toEqual({ list: [value], map: { key: value } });
    }),
  );
});

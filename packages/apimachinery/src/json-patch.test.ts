import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonPatch } from './json-patch.ts';
import { StatusError } from './status.ts';

function codeOf(run: () => unknown): number {
  try {
    run();
  } catch (error) {
    if (error instanceof StatusError) return error.code;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('JSON patch', () => {
  test.each([
    ['{"a":1}', '[{"op":"add","path":"/b","value":2}]', '{"a":1,"b":2}'],
    ['{"a":[1,3]}', '[{"op":"add","path":"/a/1","value":2}]', '{"a":[1,2,3]}'],
    ['{"a":[1]}', '[{"op":"add","path":"/a/-","value":2}]', '{"a":[1,2]}'],
    ['{"a":1,"b":2}', '[{"op":"remove","path":"/a"}]', '{"b":2}'],
    ['{"a":[1,2,3]}', '[{"op":"remove","path":"/a/1"}]', '{"a":[1,3]}'],
    ['{"a":1}', '[{"op":"replace","path":"/a","value":{"b":1}}]', '{"a":{"b":1}}'],
    ['{"a":{"b":1}}', '[{"op":"move","from":"/a/b","path":"/c"}]', '{"a":{},"c":1}'],
    ['{"a":{"b":1}}', '[{"op":"copy","from":"/a","path":"/c"}]', '{"a":{"b":1},"c":{"b":1}}'],
    [
      '{"a/b":1,"m~n":2}',
      '[{"op":"test","path":"/a~1b","value":1},{"op":"replace","path":"/m~0n","value":3}]',
      '{"a/b":1,"m~n":3}',
    ],
    ['{"a":1}', '[{"op":"replace","path":"","value":{"b":1}}]', '{"b":1}'],
    ['{"a":1}', '[{"op":"test","path":"/x","value":null}]', '{"a":1}'],
  ])('%s patched with %s is %s', (document, patch, result) => {
    const before = JSON.parse(document);
    expect(jsonPatch(before, JSON.parse(patch))).toEqual(JSON.parse(result));
    expect(before).toEqual(JSON.parse(document));
  });

  test.each([
    ['[{"op":"remove","path":"/x"}]', 422],
    ['[{"op":"replace","path":"/x","value":1}]', 422],
    ['[{"op":"test","path":"/a","value":2}]', 422],
    ['[{"op":"add","path":"/x/y","value":1}]', 422],
    ['[{"op":"add","path":"/list/5","value":1}]', 422],
    ['[{"op":"add","path":"/list/01","value":1}]', 422],
    ['[{"op":"add","path":"a","value":1}]', 422],
    ['[{"op":"move","from":"/list","path":"/list/0"}]', 422],
    ['[{"op":"frobnicate","path":"/a"}]', 422],
    ['[{"path":"/a"}]', 400],
    ['{"op":"remove","path":"/a"}', 400],
  ])('%s is refused', (patch, code) => {
    expect(codeOf(() => jsonPatch({ a: 1, list: [1] }, JSON.parse(patch)))).toBe(code);
  });

  test.each([
    [
      '[{"op":"remove","path":"/x"}]',
      "error in remove for path: '/x': Unable to remove nonexistent key: x: missing value",
    ],
    [
      '[{"op":"replace","path":"/x","value":1}]',
      'replace operation does not apply: doc is missing key: /x: missing value',
    ],
    [
      '[{"op":"add","path":"/x/y","value":1}]',
      'add operation does not apply: doc is missing path: "/x/y": missing value',
    ],
    ['[{"op":"test","path":"/a","value":2}]', 'testing value /a failed: test failed'],
    [
      '[{"op":"add","path":"/list/5","value":1}]',
      "error in add for path: '/list/5': Unable to access invalid index: 5: invalid index referenced",
    ],
  ])('%s is refused: %s', (patch, message) => {
    expect(() => jsonPatch({ a: 1, list: [1] }, JSON.parse(patch))).toThrow(message);
  });

  test('copies that double the document are cut off (CVE-2019-1002100)', () => {
    const patch = [
      { op: 'add', path: '/a', value: 'x'.repeat(1000) },
      ...Array.from({ length: 40 }, (_, i) => ({ op: 'copy', from: '', path: `/c${i}` })),
    ];
    expect(codeOf(() => jsonPatch({}, patch))).toBe(413);
  });

  test('more operations than the limit are refused', () => {
    expect(
      codeOf(() =>
        jsonPatch(
          {},
          Array.from({ length: 10_001 }, () => ({ op: 'test', path: '', value: {} })),
        ),
      ),
    ).toBe(413);
  });

  test('copies into themselves cannot nest without end', () => {
    const patch = Array.from({ length: 2000 }, () => ({ op: 'copy', from: '/a', path: '/a/a' }));
    expect([400, 413]).toContain(codeOf(() => jsonPatch({ a: {} }, patch)));
  });

  test('__proto__ and constructor are plain keys', () => {
    const patch = JSON.parse(
      '[{"op":"add","path":"/__proto__","value":{"polluted":1}},{"op":"add","path":"/__proto__/x","value":2}]',
    );
    expect(JSON.stringify(jsonPatch({}, patch))).toBe('{"__proto__":{"polluted":1,"x":2}}');
    expect(codeOf(() => jsonPatch({}, [{ op: 'add', path: '/__proto__/x', value: 1 }]))).toBe(422);
    expect(codeOf(() => jsonPatch({}, [{ op: 'add', path: '/constructor/prototype/x', value: 1 }]))).toBe(422);
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  test('add then remove of a new key gives the document back', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), fc.jsonValue(), (document, key, value) => {
        fc.pre(!Object.hasOwn(document, key));
        const path = `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
        const patch = [
          { op: 'add', path, value },
          { op: 'test', path, value },
          { op: 'remove', path },
        ];
        expect(jsonPatch(document, patch)).toEqual(document);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMergePatch, mergePatch } from './merge-patch.ts';

const withoutNull = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.boolean(),
    fc.integer(),
    fc.string(),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor'), tie('value')),
  ),
})).value;
const object = fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__', 'toString'), withoutNull, {
  noNullPrototype: true,
});

describe('merge patch', () => {
  test.each([
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', '{}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['["a","b"]', '["c","d"]', '["c","d"]'],
    ['{"a":"b"}', '["c"]', '["c"]'],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
    ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ])('RFC 7386: %s patched with %s is %s', (document, patch, result) => {
    expect(mergePatch(JSON.parse(document), JSON.parse(patch))).toEqual(JSON.parse(result));
  });

  test('the patch of two objects makes the second of the first', () => {
    fc.assert(
      fc.property(object, object, (from, to) => {
        const result = mergePatch(from, createMergePatch(from, to));
        expect(JSON.parse(JSON.stringify(result))).toEqual(JSON.parse(JSON.stringify(to)));
      }),
    );
  });

  test('applying a patch twice is applying it once', () => {
    fc.assert(
      fc.property(object, object, (document, patch) => {
        const once = mergePatch(document, patch);
        expect(mergePatch(once, patch)).toEqual(once);
      }),
    );
  });

  test('a __proto__ key is data and reaches no prototype', () => {
    const result = mergePatch(
      {},
      JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
    );
    expect(JSON.stringify(result)).toBe(
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
    );
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test('a patch that nests without end is refused', () => {
    const deep = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
    expect(() => mergePatch({}, JSON.parse(deep))).toThrow('exceeded max depth');
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonSyntaxError } from './json-error.ts';

test.each([
  ['', 'unexpected end of JSON input'],
  ['{"metadata":', 'unexpected end of JSON input'],
  ['"a', 'unexpected end of JSON input'],
  ['tru', 'unexpected end of JSON input'],
  ['-', 'unexpected end of JSON input'],
  ['1.', 'unexpected end of JSON input'],
  ['x', "invalid character 'x' looking for beginning of value"],
  ["{'a':1}", "invalid character '\\'' looking for beginning of object key string"],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a":1 "b":2}', "invalid character '\"' after object key:value pair"],
  ['[1 2]', "invalid character '2' after array element"],
  ['[1,]', "invalid character ']' looking for beginning of value"],
  ['{} {}', "invalid character '{' after top-level value"],
  ['"a\nb"', "invalid character '\\n' in string literal"],
  ['"\\x"', "invalid character 'x' in string escape code"],
  ['"\\u12g4"', "invalid character 'g' in \\u hexadecimal character escape"],
  ['trve', "invalid character 'v' in literal true (expecting 'u')"],
  ['-x', "invalid character 'x' in numeric literal"],
  ['1.x', "invalid character 'x' after decimal point in numeric literal"],
  ['1e+x', "invalid character 'x' in exponent of numeric literal"],
  ['01', "invalid character '1' after top-level value"],
  ['ü', "invalid character 'Ã' looking for beginning of value"],
])('%j: %s', (text, message) => {
  expect(() => JSON.parse(text) as unknown).toThrow();
  expect(jsonSyntaxError(text)).toBe(message);
});

test('every text that JSON.parse refuses has its words, and every other passes', () => {
  const characters = fc.constantFrom(...'{}[]",:\\truefalsn0123.eE+- \n\tu\u0001ü'.split(''));
  fc.assert(
    fc.property(fc.string({ unit: characters, maxLength: 12 }), (text) => {
      let valid = true;
      try {
        JSON.parse(text);
      } catch {
        valid = false;
      }
      const words = jsonSyntaxError(text);
      // What is well formed gets to its end.
      expect(words).toMatch(valid ? /^unexpected end/ : /^(unexpected end|invalid character)/);
    }),
    { numRuns: 5_000 },
  );
});

test('depth costs nothing but its length', () => {
  expect(jsonSyntaxError('['.repeat(1_000_000))).toBe('unexpected end of JSON input');
});

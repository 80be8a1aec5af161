import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findDuplicateFields } from './duplicate-fields.ts';

test.each([
  ['{"a":1,"a":2}', ['duplicate field "a"']],
  ['{"spec":{"replicas":1,"replicas":2}}', ['duplicate field "spec.replicas"']],
  ['{"c":[{"x":1},{"x":1,"y":2,"x":3}]}', ['duplicate field "c[1].x"']],
  ['{"a":"{\\"b\\":1,\\"b\\":2}"}', []],
  ['{"a":"\\\\","b":"a","c":{"a":1}}', []],
  ['{"a":1,"\\u0061":2}', ['duplicate field "a"']],
  ['{"__proto__":1,"__proto__":2}', ['duplicate field "__proto__"']],
  ['[[{"a":1}],[{"a":1,"a":1}]]', ['duplicate field "[1][0].a"']],
])('%s has %j', (text, findings) => {
  expect(findDuplicateFields(text)).toEqual(findings);
});

test('what JSON.stringify writes never has duplicates', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(findDuplicateFields(JSON.stringify(value, undefined, 1))).toEqual([]);
    }),
  );
});

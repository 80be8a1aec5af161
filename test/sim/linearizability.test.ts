import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkLinearizability, type Operation } from './linearizability.ts';
import { type RegisterInput, type RegisterOutput, registerModel } from './register-model.ts';

type Op = Operation<RegisterInput, RegisterOutput>;

const write = (value: string, called: number, returned: number): Op => ({
  input: { type: 'write', value },
  output: { ok: true },
  called,
  returned,
});
const unknownWrite = (value: string, called: number): Op => ({
  input: { type: 'write', value },
  called,
  returned: Number.POSITIVE_INFINITY,
});
const read = (value: string | undefined, called: number, returned: number): Op => ({
  input: { type: 'read' },
  output: { ok: true, value },
  called,
  returned,
});
const swap = (from: string | undefined, to: string, ok: boolean, called: number, returned: number): Op => ({
  input: { type: 'swap', from, to },
  output: { ok },
  called,
  returned,
});
const verdict = (...operations: Op[]): boolean | undefined =>
  checkLinearizability(registerModel, operations).linearizable;

describe('good histories', () => {
  test('nothing at all', () => expect(verdict()).toBe(true));
  test('one after the other', () =>
    expect(verdict(write('a', 1, 2), read('a', 3, 4), write('b', 5, 6), read('b', 7, 8))).toBe(true));
  test('a read beside a write may see either', () => {
    expect(verdict(write('a', 1, 4), read(undefined, 2, 3))).toBe(true);
    expect(verdict(write('a', 1, 4), read('a', 2, 3))).toBe(true);
  });
  test('two reads beside two writes', () => {
    expect(verdict(write('a', 1, 9), write('b', 2, 10), read('b', 3, 4), read('a', 5, 6))).toBe(true);
  });
  test('an unknown write takes effect long afterwards', () => {
    expect(
      verdict(unknownWrite('a', 1), read(undefined, 2, 3), write('b', 4, 5), read('b', 6, 7), read('a', 8, 9)),
    ).toBe(true);
  });
  test('an unknown write never takes effect', () => {
    expect(verdict(unknownWrite('a', 1), read(undefined, 2, 3), read(undefined, 4, 5))).toBe(true);
  });
  test('compare and swap', () => {
    expect(verdict(write('a', 1, 2), swap('a', 'b', true, 3, 7), swap('a', 'c', false, 4, 8), read('b', 9, 10))).toBe(
      true,
    );
  });
});

describe('bad histories', () => {
  test('a lost write', () => expect(verdict(write('a', 1, 2), read(undefined, 3, 4))).toBe(false));
  test('a stale read', () => expect(verdict(write('a', 1, 2), write('b', 3, 4), read('a', 5, 6))).toBe(false));
  test('a value that nobody wrote', () => expect(verdict(write('a', 1, 2), read('x', 3, 4))).toBe(false));
  test('back in time: new, then old', () => {
    expect(verdict(write('a', 1, 2), write('b', 3, 10), read('b', 4, 5), read('a', 6, 7))).toBe(false);
  });
  test('two swaps win against the same value', () => {
    expect(verdict(write('a', 1, 2), swap('a', 'b', true, 3, 5), swap('a', 'c', true, 4, 6))).toBe(false);
  });
  test('an unknown write is seen, unseen and seen again', () => {
    expect(verdict(unknownWrite('a', 1), read('a', 2, 3), read(undefined, 4, 5))).toBe(false);
    expect(verdict(unknownWrite('a', 1), write('b', 2, 3), read('a', 4, 5), read('b', 6, 7))).toBe(false);
  });
  test('an unknown write is seen before it was called', () => {
    expect(verdict(read('a', 1, 2), unknownWrite('a', 3))).toBe(false);
  });
  test('says how far it came', () => {
    const result = checkLinearizability(registerModel, [write('a', 1, 2), read('a', 3, 4), read(undefined, 5, 6)]);
    expect(result).toMatchObject({ linearizable: false, longest: [{ called: 1 }, { called: 3 }] });
  });
});

test('it says what trying every order says', () => {
  const operation = fc.record({
    kind: fc.constantFrom('write', 'read', 'swap'),
    value: fc.constantFrom('a', 'b'),
    from: fc.constantFrom('a', 'b', undefined),
    ok: fc.boolean(),
    known: fc.boolean(),
    length: fc.integer({ min: 1, max: 8 }),
  });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 6 }), (drawn) => {
      const operations = drawn.map(({ kind, value, from, ok, known, length }, i): Op => {
        const times = { called: 2 * i, returned: 2 * i + 2 * length + 1 };
        if (kind === 'read') return { input: { type: 'read' }, output: { ok: true, value: from }, ...times };
        const input: RegisterInput = kind === 'write' ? { type: 'write', value } : { type: 'swap', from, to: value };
        return known ? { input, output: { ok: kind === 'write' || ok }, ...times } : { input, ...times };
      });
      expect(checkLinearizability(registerModel, operations).linearizable).toBe(anyOrder(operations, undefined));
    }),
    { numRuns: 2000 },
  );
});

function anyOrder(left: Op[], state: string | undefined): boolean {
  if (left.every((operation) => operation.output === undefined)) return true;
  const firstReturn = Math.min(...left.map((o) => (o.output ? o.returned : Number.POSITIVE_INFINITY)));
  return left.some((operation) => {
    if (operation.called > firstReturn) return false;
    const next = registerModel.step({ value: state }, operation.input, operation.output);
    return (
      next !== undefined &&
      anyOrder(
        left.filter((other) => other !== operation),
        next.value,
      )
    );
  });
}

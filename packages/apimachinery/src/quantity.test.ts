import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  quantityMilliValue,
  quantityValue,
  subtractQuantities,
} from './quantity.ts';

describe('quantities', () => {
  test.each([
    ['1000m', '1'],
    ['0.5', '500m'],
    ['1.1', '1100m'],
    ['1024Ki', '1Mi'],
    ['1.5Gi', '1536Mi'],
    ['1e3', '1e3'],
    ['1E3', '1e3'],
    ['12e7', '120e6'],
    ['0', '0'],
    ['0Gi', '0'],
    ['512', '512'],
    ['1000', '1k'],
    ['1000Ki', '1000Ki'],
    ['0.5Ki', '512'],
    ['1.0001Ki', '1024102400u'],
    ['-1.5', '-1500m'],
    ['+2', '2'],
    ['.5', '500m'],
    ['5.', '5'],
    ['0.1n', '1n'],
    ['9223372036854775808', '9223372036854775807'],
    ['100Ei', '9223372036854775807'],
    ['1e999999999', '9223372036854775807'],
    ['1e-999999999', '1e-9'],
  ])('the canonical form of %s is %s', (text, canonical) => {
    expect(canonicalQuantity(text)).toBe(canonical);
  });

  test.each(['', 'x', '1x', '1 Gi', '1.2.3', 'm', '--1', '1ki', '1e', '1e1.5', '0x10', '１'])(
    '%j is refused with upstream’s words',
    (text) => {
      expect(() => parseQuantity(text)).toThrow(
        /^(quantities must match the regular expression|unable to parse quantity's suffix)/,
      );
    },
  );

  test('values round up, away from zero', () => {
    expect(quantityValue('1500m')).toBe(2);
    expect(quantityValue('-1500m')).toBe(-2);
    expect(quantityValue('1Gi')).toBe(1073741824);
    expect(quantityMilliValue('0.1m')).toBe(1);
    expect(quantityMilliValue('2')).toBe(2000);
  });

  test('amounts of different suffixes compare and add exactly', () => {
    expect(compareQuantities('1Gi', '1073741824')).toBe(0);
    expect(compareQuantities('1G', '1Gi')).toBe(-1);
    expect(formatQuantity(addQuantities('1Gi', '512Mi'))).toBe('1536Mi');
    expect(formatQuantity(addQuantities('0.1', '0.2'))).toBe('300m');
    expect(formatQuantity(subtractQuantities('1', '300m'))).toBe('700m');
  });

  const amounts = fc
    .tuple(fc.bigInt(-(10n ** 15n), 10n ** 15n), fc.constantFrom('n', 'u', 'm', '', 'k', 'M', 'Ki', 'Mi', 'e3'))
    .map(([digits, suffix]) => `${digits}${suffix}`);

  test('the canonical form keeps the amount and is its own canonical form', () => {
    fc.assert(
      fc.property(amounts, (text) => {
        const canonical = canonicalQuantity(text);
        expect(parseQuantity(canonical).nano).toBe(parseQuantity(text).nano);
        expect(canonicalQuantity(canonical)).toBe(canonical);
      }),
    );
  });
});

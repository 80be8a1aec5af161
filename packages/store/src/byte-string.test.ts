import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromByteString, inRange, prefixEnd, prefixRange, toByteString } from './byte-string.ts';

const byteString = fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
/** Bytes at the ends of their range, so that prefixes meet. */
const edgy = fc.string({ unit: fc.constantFrom('\0', 'a', '\xfe', '\xff'), maxLength: 4 });

/** Of characters that take one to four bytes each, those where the next length begins among them. */
const text = fc
  .array(
    fc.oneof(fc.constantFrom(0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000), fc.nat({ max: 0xd7ff })),
    {
      maxLength: 5,
    },
  )
  .map((codes) => String.fromCodePoint(...codes));

describe('keys as byte strings', () => {
  it('are any text, in the order of its bytes', () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        expect(fromByteString(toByteString(one))).toBe(one);
        const order = toByteString(one) < toByteString(other) ? -1 : toByteString(one) === toByteString(other) ? 0 : 1;
        expect(order).toBe(Buffer.compare(Buffer.from(one), Buffer.from(other)));
      }),
    );
  });

  it('are not made of what is no text', () => {
    expect(() => toByteString('/\ud800')).toThrow(TypeError);
  });

  it('start with a prefix just when they lie in its range', () => {
    fc.assert(
      fc.property(fc.oneof(byteString, edgy), fc.oneof(byteString, edgy), edgy, (prefix, key, more) => {
        for (const each of [key, prefix + more]) {
          if (each !== '') expect(inRange(each, prefixRange(prefix))).toBe(each.startsWith(prefix));
        }
      }),
    );
    expect(prefixEnd('/a')).toBe('/b');
    expect(prefixEnd('/\xff\xff')).toBe('0');
    expect(prefixEnd('\xff')).toBe('\0');
    expect(prefixEnd('')).toBe('\0');
  });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LineSplitter } from './line-splitter.ts';

it('gives the same lines however the bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme', minLength: 1 }).filter((s) => !s.includes('\n'))),
      fc.array(fc.nat(7)),
      (lines, cuts) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const splitter = new LineSplitter(1_000_000);
        const got: string[] = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = 1 + (cuts[i] ?? 100);
          for (const line of splitter.push(bytes.subarray(at, at + size))) got.push(line.toString());
          at += size;
        }
        expect(got).toEqual(lines);
      },
    ),
  );
});

it('refuses a line without end', () => {
  const splitter = new LineSplitter(10);
  splitter.push(Buffer.alloc(10, 'x'));
  expect(() => splitter.push(Buffer.from('x'))).toThrow('longer than 10 bytes');
});

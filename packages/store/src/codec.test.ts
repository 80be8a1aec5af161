import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBatch, encodeBatch } from './codec.ts';
import type { Batch, Command } from './command.ts';
import type { EtcdCompare, EtcdOperation, EtcdTxnRequest } from './etcd-store.ts';

/** Sizes around every step of the encoding. */
const number = fc.oneof(
  fc.nat(300),
  // Nothing that a client says may break it.
  fc.double().filter((n) => !Object.is(n, -0)),
  fc.maxSafeInteger().filter((n) => !Object.is(n, -0)),
  fc.maxSafeNat(),
  fc.constantFrom(0, 127, 128, 16_383, 16_384, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 35, 2 ** 53 - 1),
);
const notZero = number.filter((n) => n !== 0);
const byteString = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
const key = byteString.map((bytes) => `/${bytes}`);
const value = fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes));
const url = fc.webUrl();
/** Either absent or something: 0 and absence are not kept apart. */
const maybe = { requiredKeys: [] as never[] };

const range = fc.record({ key, rangeEnd: key }, { requiredKeys: ['key'] });
const op = fc.constantFrom(...(['=', '!=', '<', '>'] as const));
const compare: fc.Arbitrary<EtcdCompare> = fc.oneof(
  fc
    .tuple(range, fc.constantFrom(...(['version', 'createRevision', 'modRevision', 'lease'] as const)), op, number)
    .map(([at, target, op, value]): EtcdCompare => ({ ...at, target, op, value })),
  fc.tuple(range, op, value).map(([at, op, value]): EtcdCompare => ({ ...at, target: 'value', op, value })),
);
const { txn } = fc.letrec<{ txn: EtcdTxnRequest; operation: EtcdOperation }>((tie) => ({
  txn: fc.record({
    compares: fc.array(compare, { maxLength: 3 }),
    success: fc.array(tie('operation'), { maxLength: 4 }),
    failure: fc.array(tie('operation'), { maxLength: 2 }),
  }),
  operation: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc
      .tuple(
        fc.record({ key, value }),
        fc.record({ lease: notZero, ignoreValue: fc.constant(true), ignoreLease: fc.constant(true) }, maybe),
      )
      .map(([put, more]): EtcdOperation => ({ type: 'put', ...put, ...more })),
    range.map((at): EtcdOperation => ({ type: 'delete', ...at })),
    fc
      .tuple(range, fc.record({ revision: notZero, limit: notZero, countOnly: fc.constant(true) }, maybe))
      .map(([at, more]): EtcdOperation => ({ type: 'range', ...at, ...more })),
    tie('txn').map((request): EtcdOperation => ({ type: 'txn', ...request })),
  ),
}));
const type = <T extends Command['type']>(name: T): fc.Arbitrary<T> => fc.constant(name);
const alarm = fc.record({ member: number, type: fc.constantFrom(...(['noSpace', 'corrupt'] as const)) });
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: type('txn'), request: txn }) },
  fc.record({ type: type('leaseGrant'), id: number, ttlSeconds: number }),
  fc.record({ type: type('leaseKeepAlive'), id: number }),
  fc.record({ type: type('leaseRevoke'), id: number }),
  fc.record({ type: type('leaseRevoke'), id: number, expiredByMs: fc.nat() }),
  fc.record({ type: type('compact'), revision: number }),
  fc.record({ type: type('alarm'), action: fc.constantFrom(...(['raise', 'clear'] as const)), alarm }),
  fc.record({ type: type('verify'), revision: number, chain: fc.nat(2 ** 32 - 1) }),
  fc.record({ type: type('memberAttributes'), id: number, name: url, clientUrls: fc.array(url, { maxLength: 3 }) }),
);
const batch: fc.Arbitrary<Batch> = fc.record({
  origin: number,
  sequence: number,
  settledBelow: number,
  commands: fc.array(command, { maxLength: 5 }),
});

describe('a batch as bytes', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(batch, (each) => {
        expect(decodeBatch(encodeBatch(each))).toEqual(each);
      }),
      { numRuns: 1000 },
    );
  });

  it('is refused when any of it is missing, or there is more', () => {
    fc.assert(
      fc.property(batch, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (each, place) => {
        const bytes = encodeBatch(each);
        expect(() => decodeBatch(bytes.subarray(0, Math.floor(place * bytes.length)))).toThrow(RangeError);
        expect(() => decodeBatch(Buffer.concat([bytes, Buffer.of(0)]))).toThrow(RangeError);
      }),
    );
  });

  it('is refused, or at least only one of its kind, when anything else was put in its place', () => {
    fc.assert(
      fc.property(batch, fc.nat(), fc.nat(255), (each, place, byte) => {
        const bytes = Buffer.from(encodeBatch(each));
        bytes[place % bytes.length] = byte;
        let read: Batch;
        try {
          read = decodeBatch(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          return;
        }
        // A default that was written out is read as such, and left out the next time.
        const again = encodeBatch(read);
        expect(encodeBatch(decodeBatch(again))).toEqual(again);
      }),
      { numRuns: 1000 },
    );
  });

  it('is refused when it claims more than it holds, or has no end', () => {
    const claims = [
      Buffer.of(),
      Buffer.of(1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
      Buffer.of(2, 1, 1, 1, 0),
      // Four thousand million commands.
      Buffer.of(1, 1, 1, 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0),
      // Transactions within transactions.
      Buffer.concat([Buffer.of(1, 1, 1, 1, 1, 0), ...Array.from({ length: 100_000 }, () => Buffer.of(0, 1, 3))]),
    ];
    for (const bytes of claims) expect(() => decodeBatch(bytes)).toThrow(RangeError);
  });

  it('takes values by reference, so that they cost nothing', () => {
    const value = Buffer.from('the value');
    const bytes = encodeBatch({
      origin: 1,
      sequence: 1,
      settledBelow: 1,
      commands: [{ type: 'txn', request: { compares: [], success: [{ type: 'put', key: '/a', value }], failure: [] } }],
    });
    const [read] = decodeBatch(bytes).commands;
    const [put] = read?.type === 'txn' ? read.request.success : [];
    expect(put?.type === 'put' && put.value.buffer).toBe(bytes.buffer);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Input,
  keyValue,
  rangeRequest,
  responseHeader,
  txnRequest,
  watchRequest,
  watchResponse,
  WireError,
} from './index.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('the bytes of a message', () => {
  it('are those of protobuf', () => {
    const kv: Input<typeof keyValue> = { key: 'a\xff', createRevision: 1, modRevision: 300, value: Buffer.from('v') };
    const encoded = hex('0a 02 61ff 10 01 18 ac02 2a 01 76');
    expect(keyValue.encode(kv)).toEqual(encoded);
    expect(keyValue.decode(encoded)).toEqual({ ...kv, version: 0, lease: 0 });
  });

  it('leave out what is the default, but not the members of a union', () => {
    expect(rangeRequest.encode({ key: '', limit: 0, serializable: false })).toEqual(hex(''));
    expect(txnRequest.encode({ compare: [{ modRevision: 0 }], success: [{ range: {} }] })).toEqual(
      hex('0a 02 30 00 12 02 0a 00'),
    );
    expect(watchRequest.decode(hex('1a 00'))).toEqual({ create: undefined, cancel: undefined, progress: {} });
  });

  it('skip what is unknown and take packed lists in both forms', () => {
    const filters = (bytes: string) => watchRequest.decode(hex(bytes)).create?.filters;
    expect(filters('0a 08 2a 02 00 01 c2 3e 01 ff')).toEqual([0, 1]);
    expect(filters('0a 04 28 00 28 01')).toEqual([0, 1]);
    expect(watchRequest.encode({ create: { filters: [0, 1] } })).toEqual(hex('0a 04 2a 02 00 01'));
  });

  it('leave room in front when asked to', () => {
    expect(keyValue.encode({ version: 5 }, 3).subarray(3)).toEqual(hex('20 05'));
  });
});

describe('numbers', () => {
  it('are exact in ids of all 64 bits', () => {
    for (const id of [0, 1, 2 ** 53 - 1, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]) {
      expect(responseHeader.decode(responseHeader.encode({ clusterId: id })).clusterId).toBe(id);
    }
    for (const lease of [-1, 2 ** 53 - 1, 2n ** 63n - 1n, -(2n ** 63n)]) {
      expect(keyValue.decode(keyValue.encode({ lease })).lease).toBe(lease);
    }
  });

  it('beyond the safe ones are refused in what a store says', () => {
    expect(() => keyValue.decode(hex('18 8080808080808010'))).toThrow(WireError);
    expect(keyValue.decode(hex('18 ffffffffffffff0f')).modRevision).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => keyValue.encode({ modRevision: 2 ** 53 })).toThrow(WireError);
    expect(() => keyValue.encode({ modRevision: 0.5 })).toThrow(WireError);
  });

  it('beyond the safe ones are the last safe one in the bounds of a request', () => {
    expect(rangeRequest.decode(hex('20 ffffffffffffffff7f')).revision).toBe(Number.MAX_SAFE_INTEGER);
    expect(rangeRequest.decode(hex('20 80808080808080808001')).revision).toBe(Number.MIN_SAFE_INTEGER);
    expect(rangeRequest.decode(hex('20 ffffffffffffffffff01')).revision).toBe(-1);
  });

  it('come back as they went', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(keyValue.decode(keyValue.encode({ modRevision: value })).modRevision).toBe(value);
      }),
    );
  });
});

describe('bytes that are no such message', () => {
  it.each([
    ['ends in a tag', '80'],
    ['ends in a number', '10 80'],
    ['has a field longer than itself', '0a 05 61'],
    ['has a number without end', '10 ffffffffffffffffffffff01'],
    ['has another wire type', '0d 00000000'],
    ['has a group', '9b 01'],
    ['has field 0', '00 00'],
  ])('are refused: one that %s', (_, bytes) => {
    expect(() => keyValue.decode(hex(bytes))).toThrow(WireError);
  });

  it('are refused when an inner message reaches beyond the outer', () => {
    expect(() => watchRequest.decode(hex('0a 02 0a 03 616161'))).toThrow(WireError);
  });

  it('are refused when nested too deep, without a stack overflow', () => {
    let nested = Buffer.alloc(0);
    const wrap = (tag: number, inner: Buffer) => {
      const length: number[] = [];
      let rest = inner.length;
      for (; rest >= 0x80; rest >>>= 7) length.push((rest & 0x7f) | 0x80);
      return Buffer.concat([Buffer.from([tag, ...length, rest]), inner]);
    };
    for (let depth = 0; depth < 5000; depth++) nested = wrap(0x12, wrap(0x22, nested));
    expect(() => txnRequest.decode(nested)).toThrow(/nested more than/);
  });

  it('never make anything but a message or a WireError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        for (const kind of [txnRequest, watchResponse, rangeRequest]) {
          try {
            kind.decode(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(WireError);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});

it('refuses a byte string that is none', () => {
  expect(() => keyValue.encode({ key: 'ключ' })).toThrow(WireError);
});

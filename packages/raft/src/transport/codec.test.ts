import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message } from '../core/types.ts';
import { CodecError } from './bytes.ts';
import { codecVersion, decodeMessages, encodeMessages } from './codec.ts';

const int = fc.oneof(fc.maxSafeNat(), fc.nat(300), fc.constantFrom(2 ** 31, 2 ** 32, 2 ** 53 - 1));
const time = fc.double({ noNaN: true, noDefaultInfinity: true });
const data = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const entryType = fc.constantFrom('normal' as const, 'config' as const);
const ids = fc.array(int, { maxLength: 7 });

const bodies: fc.Arbitrary<object>[] = [
  fc.record({
    type: fc.constantFrom('preVote', 'vote'),
    lastIndex: int,
    lastTerm: int,
    transfer: fc.boolean(),
  }),
  fc.record({ type: fc.constantFrom('preVoteReply', 'voteReply'), granted: fc.boolean() }),
  fc.record({
    type: fc.constant('append'),
    prevIndex: int,
    prevTerm: int,
    entries: fc.array(fc.record({ term: int, index: int, timeMs: time, type: entryType, data })),
    commit: int,
  }),
  fc.record({ type: fc.constant('appendReply'), index: int, rejected: fc.boolean(), hintIndex: int, hintTerm: int }),
  fc.record({ type: fc.constant('heartbeat'), commit: int, context: int }),
  fc.record({ type: fc.constantFrom('heartbeatReply', 'readIndex'), context: int }),
  fc.record({
    type: fc.constant('snapshot'),
    mark: fc.record({
      index: int,
      term: int,
      timeMs: time,
      configuration: fc.record({ voters: ids, learners: ids }),
    }),
  }),
  fc.record({ type: fc.constant('timeoutNow') }),
  fc.record({ type: fc.constant('propose'), entries: fc.array(fc.record({ type: entryType, data })) }),
  fc.record({ type: fc.constant('readIndexReply'), context: int, index: int }),
];
const message = fc
  .tuple(fc.record({ from: int, to: int, term: int }), fc.oneof(...bodies))
  .map(([head, body]) => ({ ...head, ...body }) as Message);

describe('the bytes of messages', () => {
  it('are read as what was written', () => {
    fc.assert(
      fc.property(fc.array(message), (messages) => {
        expect(decodeMessages(encodeMessages(messages, 1))).toEqual(messages);
      }),
      { numRuns: 500 },
    );
  });

  it('are refused, and nothing worse, when they are hostile', () => {
    const damaged = fc
      .tuple(fc.array(message, { minLength: 1, maxLength: 4 }), fc.nat(), fc.nat(255), fc.nat())
      .map(([messages, at, value, length]) => {
        const bytes = encodeMessages(messages);
        bytes[1 + (at % (bytes.length - 1))] = value;
        return bytes.subarray(0, length % 3 === 0 ? length % bytes.length : bytes.length);
      });
    const random = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from([codecVersion, ...bytes]));
    let refused = 0;
    fc.assert(
      fc.property(fc.oneof(damaged, random), (bytes) => {
        try {
          expect(Array.isArray(decodeMessages(bytes))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError);
          refused++;
        }
      }),
      { numRuns: 3000 },
    );
    expect(refused).toBeGreaterThan(100);
  });

  it('do not make room for what they only announce', () => {
    // An append of a million entries, of which none is there.
    const bytes = Buffer.from([codecVersion, 4, 1, 2, 1, 0, 0, 0xc0, 0x84, 0x3d]);
    expect(() => decodeMessages(bytes)).toThrow('the message ends too early');
  });

  it('are refused when they are of another version', () => {
    expect(() => decodeMessages(Buffer.from([9]))).toThrow('messages of version 9 are not known here');
  });
});

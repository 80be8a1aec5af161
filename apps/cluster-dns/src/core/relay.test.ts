import { decode, encode, type Answer as PacketAnswer, type Packet } from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { opt, query, shown } from './made-up.ts';
import { encodeQuery, readRelayed, relay, type Relayed } from './relay.ts';
import { readRequest, type Request } from './request.ts';

function asked(name: string, type = 'A', more: Partial<Packet> = {}): Request {
  const result = readRequest(query(name, type, more));
  if (result.kind !== 'request') throw new Error(result.kind);
  return result.request;
}
const request = asked('WWW.example.com', 'A', opt(1_232));
const sent = encodeQuery(4_711, request.question, request);
const a = (data: string, ttl = 100, name = 'www.example.com'): PacketAnswer => ({ name, type: 'A', ttl, data });
const soa = (ttl: number, minimum: number): PacketAnswer => ({
  name: 'example.com',
  type: 'SOA',
  ttl,
  data: { mname: 'ns', rname: 'me', serial: 1, refresh: 1, retry: 1, expire: 1, minimum },
});
const reply = (more: Partial<Packet>, rcode = 0): Buffer =>
  encode({
    id: 4_711,
    type: 'response',
    flags: 0x180 | rcode,
    questions: [{ name: 'www.example.com', type: 'A', class: 'IN' }],
    ...more,
  });
function relayed(bytes: Buffer): Relayed {
  const result = readRelayed(bytes, sent);
  if (result === undefined) throw new Error('not taken');
  return result;
}

describe('a question to another server', () => {
  it('carries the client’s spelling, an id of its own, and EDNS', () => {
    expect(decode(sent)).toMatchObject({
      id: 4_711,
      flag_rd: true,
      questions: [{ name: 'WWW.example.com' }],
      additionals: [{ type: 'OPT', udpPayloadSize: 1_232 }],
    });
  });
});

describe('an answer of another server', () => {
  it('is passed on with the client’s id, spelling and EDNS, and TTLs as old as they are', () => {
    const bytes = relay(
      relayed(reply({ answers: [a('1.2.3.4'), a('1.2.3.5', 10)], ...opt(4_096) })),
      { ...request, id: 99 },
      30,
      512,
    );
    expect(shown(bytes)).toMatchObject({
      answers: ['www.example.com 70 A 1.2.3.4', 'www.example.com 0 A 1.2.3.5'],
      additionals: ['OPT'],
    });
    expect(decode(bytes)).toMatchObject({
      id: 99,
      flag_ra: true,
      questions: [{ name: 'WWW.example.com' }],
      additionals: [{ udpPayloadSize: 1_232 }],
    });
  });
  it('has no OPT record for a client that sent none', () => {
    const plain = asked('www.example.com');
    expect(shown(relay(relayed(reply({ answers: [a('1.2.3.4')], ...opt(4_096) })), plain, 0, 512)).additionals).toEqual(
      [],
    );
    const midst = [...(opt(512).additionals ?? []), a('5.5.5.5')];
    expect(shown(relay(relayed(reply({ answers: [a('1.2.3.4')], additionals: midst })), plain, 0, 512))).toMatchObject({
      answers: { length: 1 },
      additionals: [],
    });
  });
  it('that is too large is sent for by TCP', () => {
    const answers = Array.from({ length: 40 }, (_, n) => a(`1.2.3.${n}`));
    expect(shown(relay(relayed(reply({ answers })), request, 0, 512))).toMatchObject({
      tc: true,
      answers: [],
      additionals: ['OPT'],
    });
  });
  it('is kept as long as its shortest TTL, and a “no” as long as the SOA says', () => {
    expect(relayed(reply({ answers: [a('1.2.3.4', 9), a('1.2.3.5', 5)] })).ttl).toBe(5);
    expect(relayed(reply({ authorities: [soa(60, 20)] }, 3))).toMatchObject({ ttl: 20, negative: true, rcode: 3 });
    expect(relayed(reply({ authorities: [soa(10, 20)] }))).toMatchObject({ ttl: 10, negative: true, rcode: 0 });
    expect(relayed(reply({}, 3)).ttl).toBe(0);
    expect(relayed(reply({ answers: [a('1.2.3.4')] }, 2)).ttl).toBe(0);
    expect(relayed(reply({ answers: [a('1.2.3.4', 0x80_00_00_00)] })).ttl).toBe(0);
  });
  it.each<[string, Buffer]>([
    ['another id', reply({ id: 4_712 })],
    ['another name', reply({ questions: [{ name: 'www.example.org', type: 'A', class: 'IN' }] })],
    ['another type', reply({ questions: [{ name: 'www.example.com', type: 'AAAA', class: 'IN' }] })],
    ['a question', query('www.example.com', 'A', { id: 4_711 })],
    ['an answer to nothing', reply({ questions: [] })],
    ['records that end early', reply({ answers: [a('1.2.3.4')] }).subarray(0, -2)],
    ['nothing', Buffer.alloc(0)],
  ])('is not taken when it has %s', (_what, bytes) => {
    expect(readRelayed(bytes, sent)).toBeUndefined();
  });
  it('without the question is a refusal to read it', () => {
    const bytes = relay(relayed(reply({ questions: [] }, 1)), request, 0, 512);
    expect(decode(bytes)).toMatchObject({ rcode: 'FORMERR', questions: [{ name: 'WWW.example.com' }] });
  });
  it('of any bytes is read and passed on without a throw', () => {
    const seed = reply({ answers: [a('1.2.3.4'), a('1.2.3.5')], authorities: [soa(1, 1)], ...opt(512) });
    const changes = fc.array(fc.tuple(fc.nat(seed.length - 1), fc.nat(255)), { maxLength: 10 });
    fc.assert(
      fc.property(changes, fc.nat(60), fc.constantFrom(request, asked('www.example.com')), (list, cut, client) => {
        const bytes = Buffer.from(seed);
        for (const [at, value] of list) bytes[at] = value;
        const result = readRelayed(bytes.subarray(0, bytes.length - cut), sent);
        if (result !== undefined) expect(relay(result, client, 3, 512).length).toBeLessThanOrEqual(512);
      }),
      { numRuns: 2_000 },
    );
  });
});

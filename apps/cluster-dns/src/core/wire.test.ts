import { decode } from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical, dashed, reverseAddress, undashed } from './addresses.ts';
import { RCODE } from './codes.ts';
import { encodeResponse } from './encode.ts';
import { opt, query, shown } from './made-up.ts';
import type { ResourceRecord } from './records.ts';
import { readRequest, skipName, type Request } from './request.ts';

function read(bytes: Buffer): Request {
  const result = readRequest(bytes);
  if (result.kind !== 'request') throw new Error(result.kind);
  return result.request;
}
const a = (name: string, data: string): ResourceRecord => ({ name, type: 'A', ttl: 30, data });
const respond = (
  request: Request,
  answers: ResourceRecord[],
  limit = 512,
  more: { additionals?: ResourceRecord[] } = {},
): Buffer =>
  encodeResponse({ request, rcode: 0, authoritative: true, limit, answers, authorities: [], additionals: [], ...more });

describe('a request', () => {
  it('is read as another implementation writes it, in lower case', () => {
    expect(read(query('WeB.Ns.svc.cluster.local', 'SRV', opt(1400)))).toMatchObject({
      id: 7,
      labels: ['web', 'ns', 'svc', 'cluster', 'local'],
      type: 33,
      edns: { size: 1400, version: 0, dnssecOk: false },
    });
  });
  it('of a byte that is no letter keeps it', () => {
    const bytes = query('aXb.c', 'A');
    bytes[14] = 0xc9;
    expect(read(bytes).labels).toEqual(['a\u00c9b', 'c']);
  });
  it.each<[string, (bytes: Buffer) => Buffer, unknown]>([
    ['an answer', (bytes) => (bytes.writeUInt16BE(0x81_00, 2), bytes), { kind: 'ignored' }],
    ['too short for a header', (bytes) => bytes.subarray(0, 11), { kind: 'ignored' }],
    [
      'another operation',
      (bytes) => (bytes.writeUInt16BE(0x28_00, 2), bytes),
      { kind: 'refused', rcode: RCODE.NOTIMP },
    ],
    ['no question', (bytes) => (bytes.writeUInt16BE(0, 4), bytes), { kind: 'refused', rcode: RCODE.FORMERR }],
    ['many questions', (bytes) => (bytes.writeUInt16BE(65_535, 4), bytes), { kind: 'refused', rcode: RCODE.FORMERR }],
    ['a name that ends early', (bytes) => bytes.subarray(0, 16), { kind: 'refused', rcode: RCODE.FORMERR }],
    ['a question that ends early', (bytes) => bytes.subarray(0, -1), { kind: 'refused', rcode: RCODE.FORMERR }],
    [
      'a name that points to itself',
      (bytes) => (bytes.writeUInt16BE(0xc0_0c, 12), bytes),
      { kind: 'refused', rcode: RCODE.FORMERR },
    ],
    [
      'records that are not there',
      (bytes) => (bytes.writeUInt16BE(65_535, 10), bytes),
      { kind: 'refused', rcode: RCODE.FORMERR },
    ],
    [
      'another class',
      (bytes) => (bytes.writeUInt16BE(3, bytes.length - 2), bytes),
      { kind: 'refused', rcode: RCODE.REFUSED },
    ],
  ])('that is %s is told so, or nothing', (_what, change, result) => {
    expect(readRequest(change(query('a.example', 'A')))).toMatchObject(result as object);
  });
  it('of a later EDNS is told which one is spoken, in an OPT record', () => {
    const bytes = query('a.example', 'A', opt(1400));
    bytes[bytes.length - 5] = 1;
    const result = readRequest(bytes);
    if (result.kind !== 'refused') throw new Error(result.kind);
    const answer = encodeResponse({
      ...result,
      authoritative: false,
      limit: 512,
      answers: [],
      authorities: [],
      additionals: [],
    });
    expect(decode(answer)).toMatchObject({
      rcode: 'NOERROR',
      additionals: [{ type: 'OPT', extendedRcode: 1, ednsVersion: 0 }],
    });
  });
  it('with two OPT records is malformed', () => {
    const two = [...(opt(512).additionals ?? []), ...(opt(512).additionals ?? [])];
    expect(readRequest(query('a.example', 'A', { additionals: two }))).toMatchObject({
      kind: 'refused',
      rcode: RCODE.FORMERR,
    });
  });
  it('of any bytes is read without a throw, and its answer can be decoded', () => {
    const seeds = [query('a.b.example', 'A'), query('x.cluster.local', 'ANY', opt(65_535))];
    const garbage = fc.oneof(
      fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes)),
      fc
        .record({
          seed: fc.constantFrom(...seeds),
          changes: fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 8 }),
          cut: fc.nat(60),
        })
        .map(({ seed, changes, cut }) => {
          const bytes = Buffer.from(seed);
          for (const [at, value] of changes) if (at >= 4 && at < bytes.length) bytes[at] = value;
          return bytes.subarray(0, Math.max(12, bytes.length - (cut > 40 ? cut - 40 : 0)));
        }),
    );
    fc.assert(
      fc.property(garbage, (bytes) => {
        const result = readRequest(bytes);
        if (result.kind === 'ignored') return;
        const answer = respond(result.request, []);
        expect(answer.length).toBeLessThanOrEqual(512);
        expect(answer.readUInt16BE(0)).toBe(bytes.readUInt16BE(0));
        expect(() => decode(answer)).not.toThrow();
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a name in a message', () => {
  it('never leads in circles or out of the message', () => {
    expect(skipName(Buffer.from([0xc0, 0x00]), 0)).toBeUndefined();
    expect(skipName(Buffer.from([1, 97, 0xc0, 0x00]), 0)).toBeUndefined();
    expect(skipName(Buffer.from([0, 0xc0]), 1)).toBeUndefined();
    expect(skipName(Buffer.from([0, 5, 97]), 1)).toBeUndefined();
    expect(skipName(Buffer.from([0, 0x80, 0]), 1)).toBeUndefined();
    expect(skipName(Buffer.from([0, 1, 97, 0xc0, 0x00]), 1)).toBe(5);
    expect(skipName(Buffer.alloc(4_096, 1), 0)).toBeUndefined();
  });
});

describe('a response', () => {
  it('repeats the question to the letter, and its owner with it', () => {
    const answer = respond(read(query('wEb.example', 'A')), [a('web.example', '1.2.3.4')]);
    expect(decode(answer).questions).toMatchObject([{ name: 'wEb.example' }]);
    expect(shown(answer)).toMatchObject({ aa: true, tc: false, answers: ['wEb.example 30 A 1.2.3.4'] });
    expect(decode(answer)).toMatchObject({ id: 7, flag_rd: true, flag_ra: true });
  });
  it('writes every type so that another implementation reads it', () => {
    const records: ResourceRecord[] = [
      a('web.example', '1.2.3.4'),
      { name: 'web.example', type: 'AAAA', ttl: 1, data: '2001:db8::1' },
      { name: 'web.example', type: 'CNAME', ttl: 1, data: 'x.example' },
      { name: 'x.example', type: 'PTR', ttl: 1, data: 'y.example' },
      { name: 'example', type: 'NS', ttl: 1, data: 'ns.example' },
      { name: 'other', type: 'TXT', ttl: 1, data: ['1.1.0'] },
      {
        name: '_a._tcp.x.example',
        type: 'SRV',
        ttl: 1,
        data: { priority: 1, weight: 2, port: 3, target: 'x.example' },
      },
      { name: 'web.example', type: 'HINFO', ttl: 1, data: { cpu: 'RFC8482', os: '' } },
      {
        name: 'example',
        type: 'SOA',
        ttl: 1,
        data: { mname: 'ns', rname: 'me', serial: 4_294_967_295, refresh: 1, retry: 2, expire: 3, minimum: 4 },
      },
    ];
    expect(shown(respond(read(query('web.example', 'A')), records)).answers).toEqual([
      'web.example 30 A 1.2.3.4',
      'web.example 1 AAAA 2001:db8::1',
      'web.example 1 CNAME x.example',
      'x.example 1 PTR y.example',
      'example 1 NS ns.example',
      'other 1 TXT 1.1.0',
      '_a._tcp.x.example 1 SRV 1 2 3 x.example',
      'web.example HINFO RFC8482',
      'example 1 SOA ns 4',
    ]);
  });
  it('of 29 addresses fits into 512 bytes; of 30 it says that there are more', () => {
    const request = read(query('db.ns.svc.cluster.local', 'A'));
    const records = Array.from({ length: 30 }, (_, n) => a('db.ns.svc.cluster.local', `10.0.0.${n}`));
    expect(shown(respond(request, records.slice(1)))).toMatchObject({ tc: false, answers: { length: 29 } });
    const cut = respond(request, records);
    expect(shown(cut)).toMatchObject({ tc: true, answers: { length: 29 } });
    expect(cut.length).toBeLessThanOrEqual(512);
  });
  it('leaves out what was not asked for without saying so', () => {
    const additionals = Array.from({ length: 100 }, (_, n) => a(`n${n}.example`, '1.1.1.1'));
    const answer = shown(
      respond(read(query('web.example', 'A', opt(512))), [a('web.example', '1.2.3.4')], 512, { additionals }),
    );
    expect(answer).toMatchObject({ tc: false, answers: { length: 1 } });
    expect(answer.additionals.at(-1)).toBe('OPT');
    expect(answer.additionals.length).toBeGreaterThan(10);
  });
  it('holds whatever names there are, and stays within its limit', () => {
    const label = fc.stringMatching(/^[a-c]{1,3}$/);
    const name = fc.array(label, { minLength: 1, maxLength: 6 }).map((labels) => labels.join('.'));
    fc.assert(
      fc.property(
        name,
        fc.array(name, { maxLength: 60 }),
        fc.constantFrom(512, 1_232, 65_535),
        (asked, owners, limit) => {
          const answer = respond(
            read(query(asked, 'A')),
            owners.map((owner) => a(owner, '1.2.3.4')),
            limit,
          );
          const { answers, tc } = shown(answer);
          expect(answer.length).toBeLessThanOrEqual(limit);
          expect(answers).toEqual(owners.slice(0, answers.length).map((owner) => `${owner} 30 A 1.2.3.4`));
          expect(tc).toBe(answers.length < owners.length);
        },
      ),
    );
  });
});

describe('addresses as names', () => {
  it.each([
    ['1-2-3-4', '1.2.3.4'],
    ['2001-db8--1', '2001:db8::1'],
    ['0--1', '::1'],
    ['fe80--0', 'fe80::'],
  ])('%s is %s', (label, ip) => {
    expect(undashed(label)).toBe(ip);
    expect(undashed(dashed(ip))).toBe(ip);
  });
  it.each(['', 'web', '1-2-3', '1-2-3-4-5', '--', 'x--1'])('%j is none', (label) => {
    expect([undefined, '::']).toContain(undashed(label));
  });
  it('are read backwards under the reverse zones', () => {
    expect(reverseAddress('4.3.2.1.in-addr.arpa'.split('.'))).toBe('1.2.3.4');
    expect(reverseAddress('3.2.1.in-addr.arpa'.split('.'))).toBeUndefined();
    expect(reverseAddress('256.3.2.1.in-addr.arpa'.split('.'))).toBeUndefined();
    expect(reverseAddress(`${'g.'.repeat(32)}ip6.arpa`.split('.'))).toBeUndefined();
    expect(canonical('2001:DB8:0:0::1')).toBe('2001:db8::1');
  });
});

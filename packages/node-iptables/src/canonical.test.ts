import { describe, expect, it } from 'vitest';
import { ruleKey } from './canonical.ts';
import { parseRule } from './parse.ts';
import * as r from './rule.ts';

/** What we write beside what iptables-save 1.8.9 prints for it. */
const pairs: readonly (readonly [string, ReturnType<typeof r.rule>, string])[] = [
  [
    'a host address',
    r.rule(
      r.comment('a/b:c cluster IP'),
      r.protocol('tcp'),
      r.destination('10.96.0.5'),
      r.destinationPort('tcp', 80),
      r.jump('X'),
    ),
    '-d 10.96.0.5/32 -p tcp -m comment --comment "a/b:c cluster IP" -m tcp --dport 80 -j X',
  ],
  ['host bits', r.rule(r.not(r.source('10.244.3.9/16')), r.jump('X')), '! -s 10.244.0.0/16 -j X'],
  ['any source', r.rule(r.source('0.0.0.0/0'), r.drop()), '-j DROP'],
  ['the default of REJECT', r.rule(r.reject()), '-j REJECT --reject-with icmp-port-unreachable'],
  [
    'a probability of one third',
    r.rule(r.randomly(1 / 3), r.jump('X')),
    '-m statistic --mode random --probability 0.33333333349 -j X',
  ],
  [
    'the order and defaults of recent',
    r.rule(r.recentlySeen('L', 10_800), r.jump('X')),
    '-m recent --rcheck --seconds 10800 --reap --name L --mask 255.255.255.255 --rsource -j X',
  ],
  ['a mark to set', r.rule(r.setMarkBits(0x4000)), '-j MARK --set-xmark 0x4000/0x4000'],
  [
    'a mark by --or-mark',
    r.rule(r.target('MARK', r.option('--or-mark', '0x4000'))),
    '-j MARK --set-xmark 0x4000/0x4000',
  ],
  ['a mark by --xor-mark', r.rule(r.target('MARK', r.option('--xor-mark', '16384'))), '-j MARK --set-xmark 0x4000/0x0'],
  [
    'a mark by --and-mark',
    r.rule(r.target('MARK', r.option('--and-mark', '0xffffbfff'))),
    '-j MARK --set-xmark 0x0/0x4000',
  ],
  ['a mark by --set-mark', r.rule(r.target('MARK', r.option('--set-mark', '1'))), '-j MARK --set-xmark 0x1/0xffffffff'],
  [
    'states in another order',
    r.rule(r.conntrackState('ESTABLISHED', 'RELATED'), r.accept()),
    '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
  ],
  ['a protocol by number', r.rule(r.protocol('6'), r.accept()), '-p tcp -m tcp -j ACCEPT'],
];

describe('ruleKey', () => {
  it.each(pairs)('sees through the rewriting of %s', (_name, written, printed) => {
    expect(ruleKey(written)).toBe(ruleKey(parseRule(printed)));
  });

  it('tells different rules apart', () => {
    const keys = pairs.map(([, written]) => ruleKey(written));
    // --or-mark says the same as setMarkBits.
    expect(new Set(keys).size).toBe(pairs.length - 1);
    expect(ruleKey(parseRule('-s 10.0.0.1/32 -j X'))).not.toBe(ruleKey(parseRule('! -s 10.0.0.1/32 -j X')));
    expect(ruleKey(parseRule('-s 10.0.0.1/24 -j X'))).not.toBe(ruleKey(parseRule('-s 10.0.0.1/25 -j X')));
    expect(ruleKey(parseRule('-j X'))).not.toBe(ruleKey(parseRule('-g X')));
    expect(ruleKey(r.rule(r.randomly(0.5)))).not.toBe(ruleKey(r.rule(r.randomly(0.25))));
  });
});

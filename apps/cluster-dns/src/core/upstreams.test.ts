import { expect, it } from 'vitest';
import { nameserversOf, parseUpstream, Upstreams } from './upstreams.ts';

it('asks servers in their order, and those that fail last for a while', () => {
  const [one, two] = [parseUpstream('1.1.1.1'), parseUpstream('2.2.2.2')];
  const upstreams = new Upstreams([one, two]);
  upstreams.failed(one, 0);
  expect(upstreams.order(0)).toEqual([one, two]);
  upstreams.failed(one, 0);
  expect(upstreams.order(1)).toEqual([two, one]);
  expect(upstreams.order(10_000)).toEqual([one, two]);
  upstreams.failed(one, 10_000);
  expect(upstreams.order(10_001)).toEqual([two, one]);
  upstreams.answered(one);
  expect(upstreams.order(10_002)).toEqual([one, two]);
});

it.each([
  ['1.2.3.4', '1.2.3.4', 53],
  ['1.2.3.4:5353', '1.2.3.4', 5_353],
  ['2001:db8::1', '2001:db8::1', 53],
  ['[2001:db8::1]:54', '2001:db8::1', 54],
])('reads %s', (text, host, port) => {
  expect(parseUpstream(text)).toEqual({ host, port });
});

it.each(['', 'dns.example', '1.2.3.4:99999', '1.2.3.4:', '1.2.3.400', '[::1', '1.2.3'])('refuses %j', (text) => {
  expect(() => parseUpstream(text)).toThrow(`not the address of a DNS server: ${JSON.stringify(text)}`);
});

it('finds the name servers of a resolv.conf', () => {
  expect(nameserversOf('# nameserver 9.9.9.9\nsearch x\nnameserver\t1.1.1.1\n  nameserver fe80::1%eth0\n')).toEqual([
    { host: '1.1.1.1', port: 53 },
    { host: 'fe80::1', port: 53 },
  ]);
});

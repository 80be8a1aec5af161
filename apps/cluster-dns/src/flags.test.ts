import { expect, it } from 'vitest';
import { parseDomain, parseListen, upstreamsOf } from './flags.ts';

it('asks the servers of resolv.conf unless told whom, or not to', () => {
  const resolvConf = () => 'nameserver 192.0.2.1\n';
  expect(upstreamsOf({ upstream: [] }, resolvConf)).toEqual([{ host: '192.0.2.1', port: 53 }]);
  expect(upstreamsOf({ upstream: ['192.0.2.2:54'] }, resolvConf)).toEqual([{ host: '192.0.2.2', port: 54 }]);
  expect(upstreamsOf({ upstream: ['none'] }, resolvConf)).toEqual([]);
  expect(() => upstreamsOf({ upstream: ['dns.example'] }, resolvConf)).toThrow('not the address of a DNS server');
});

it.each([
  [':9153', { host: '0.0.0.0', port: 9_153 }],
  ['[::1]:80', { host: '::1', port: 80 }],
  ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
  ['', undefined],
])('listens on %j', (text, listen) => {
  expect(parseListen('--x', text)).toEqual(listen);
});

it('refuses what is no address to listen on, naming the flag', () => {
  expect(() => parseListen('--x', '1.2.3.4')).toThrow('--x: expected ADDRESS:PORT, not "1.2.3.4"');
  expect(() => parseListen('--x', ':65536')).toThrow('--x');
});

it('takes a domain in any spelling, and nothing else', () => {
  expect(parseDomain('Cluster.Local.')).toBe('cluster.local');
  for (const text of ['', '.', 'a..b', '-a', 'a_b', 'x'.repeat(201)])
    expect(() => parseDomain(text)).toThrow('--cluster-domain');
});

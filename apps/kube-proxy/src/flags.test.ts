import { describe, expect, it } from 'vitest';
import { checkFlags, clusterCidrOf, parseListen, type ProxyFlags } from './flags.ts';

const flags = (parts: Partial<ProxyFlags>): ProxyFlags =>
  ({ iptablesSyncPeriod: 30_000, iptablesMinSyncPeriod: 1_000, ...parts }) as ProxyFlags;

describe('parseListen', () => {
  it.each([
    ['0.0.0.0:10256', { host: '0.0.0.0', port: 10_256 }],
    [':80', { host: '0.0.0.0', port: 80 }],
    ['127.0.0.1', { host: '127.0.0.1', port: 1 }],
    ['[::1]:80', { host: '::1', port: 80 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    ['', undefined],
  ])('reads %j', (text, listen) => {
    expect(parseListen('--x', text, 1)).toEqual(listen);
  });

  it.each(['1.2.3.4:99999', '::1', '1.2.3.4:http'])('refuses %j, naming the flag', (text) => {
    expect(() => parseListen('--x', text, 1)).toThrow(`--x: expected ADDRESS:PORT, not "${text}"`);
  });
});

describe('checkFlags', () => {
  it('takes CIDRs of both families, of which the IPv4 one is used', () => {
    const both = flags({ clusterCidr: 'fd00::/56,10.244.0.0/16' });
    expect(() => checkFlags(both)).not.toThrow();
    expect(clusterCidrOf(both)).toBe('10.244.0.0/16');
  });

  it('refuses what is no CIDR', () => {
    expect(() => checkFlags(flags({ clusterCidr: '10.244.0.0/33' }))).toThrow(/invalid CIDR address: "10.244.0.0\/33"/);
  });
});

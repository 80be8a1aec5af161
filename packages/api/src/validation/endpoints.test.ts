import { describe, expect, test } from 'vitest';
import { endpointSlices, endpoints } from '../resources.ts';
import { creating, metadata, updating } from './judge.test-support.ts';

describe('endpoints', () => {
  const special = [
    ['127.0.0.1', 'may not be in the loopback range'],
    ['169.254.169.254', 'may not be in the link-local range'],
    ['0.0.0.0', 'may not be unspecified'],
    ['224.0.0.1', 'may not be in the link-local multicast range'],
    ['::1', 'may not be in the loopback range'],
    ['0:0:0:0:0:0:0:1', 'may not be in the loopback range'],
    ['::ffff:127.0.0.1', 'may not be in the loopback range'],
    ['fe80::1', 'may not be in the link-local range'],
    ['FE80::1', 'may not be in the link-local range'],
  ];
  test.each(special)('%s is refused (CVE-2021-25737)', (address, message) => {
    const slice = {
      metadata,
      addressType: address.includes(':') ? 'IPv6' : 'IPv4',
      endpoints: [{ addresses: [address] }],
    };
    expect(creating(endpointSlices, slice).join()).toContain(
      `endpoints[0].addresses[0]: Invalid value: "${address}": ${message}`,
    );
    const subsets = [{ addresses: [{ ip: address }], ports: [{ port: 80 }] }];
    expect(creating(endpoints, { metadata, subsets }).join()).toContain(
      `subsets[0].addresses[0].ip: Invalid value: "${address}": ${message}`,
    );
  });

  test.each([
    ['an address type is required', { endpoints: [] }, 'addressType: Required value'],
    [
      'an address type is known',
      { addressType: 'IPX' },
      'addressType: Unsupported value: "IPX": supported values: "FQDN", "IPv4", "IPv6"',
    ],
    [
      'addresses fit their type',
      { addressType: 'IPv4', endpoints: [{ addresses: ['fd00::1'] }] },
      'must be a valid IPv4 address',
    ],
    [
      'an endpoint has an address',
      { addressType: 'IPv4', endpoints: [{ addresses: [] }] },
      'endpoints[0].addresses: Required value: must contain at least 1 address',
    ],
    [
      'there is a bound',
      { addressType: 'IPv4', endpoints: Array.from({ length: 1001 }, () => ({ addresses: ['10.0.0.1'] })) },
      'endpoints: Too many: 1001: must have at most 1000 items',
    ],
    [
      'port names are unique',
      { addressType: 'IPv4', ports: [{ port: 1 }, { port: 2 }] },
      'ports[1].name: Duplicate value: ""',
    ],
  ])('%s', (_, more, message) => {
    expect(creating(endpointSlices, { metadata, ...more }).join('\n')).toContain(message);
  });

  test('hints are few, and each is given once', () => {
    const slice = (hints: object): object => ({
      metadata,
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.0.0.1'], hints }],
    });
    const named = (...names: string[]): object[] => names.map((name) => ({ name }));
    expect(creating(endpointSlices, slice({ forZones: named('a', 'b'), forNodes: named('n1') }))).toEqual([]);
    expect(creating(endpointSlices, slice({ forZones: named('a', 'a') }))).toEqual([
      'endpoints[0].hints.forZones[1].name: Duplicate value: "a"',
    ]);
    expect(creating(endpointSlices, slice({ forNodes: named(...'abcdefghi'.split('')) }))).toEqual([
      'endpoints[0].hints.forNodes: Too many: 9: must have at most 8 items',
    ]);
  });

  test('the address type never changes', () => {
    expect(updating(endpointSlices, { metadata, addressType: 'IPv4' }, { metadata, addressType: 'IPv6' })).toEqual([
      'addressType: Invalid value: "IPv6": field is immutable',
    ]);
  });

  test('a subset has addresses', () => {
    expect(creating(endpoints, { metadata, subsets: [{ ports: [{ port: 80 }] }] })).toEqual([
      'subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`',
    ]);
  });
});

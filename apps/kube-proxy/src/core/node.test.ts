import type { Node } from '@wherry/api';
import { describe, expect, it } from 'vitest';
import { isNodeEligible, primaryAddress } from './node.ts';
import { nodePortAddresses } from './nodeport-addresses.ts';

const node = (parts: object): Node => ({ metadata: { name: 'node1' }, ...parts }) as Node;

describe('isNodeEligible', () => {
  it('is true for a node that stays, or is not known yet', () => {
    expect(isNodeEligible(undefined)).toBe(true);
    expect(isNodeEligible(node({ spec: { unschedulable: true, taints: [{ key: 'x', effect: 'NoExecute' }] } }))).toBe(
      true,
    );
  });

  it('is false for a node that is being deleted, or about to be', () => {
    expect(isNodeEligible(node({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }))).toBe(false);
    const taints = [{ key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }];
    expect(isNodeEligible(node({ spec: { taints } }))).toBe(false);
  });
});

describe('primaryAddress', () => {
  it('is the internal IPv4 address before the external one', () => {
    const addresses = [
      { type: 'Hostname', address: 'node1' },
      { type: 'ExternalIP', address: '203.0.113.5' },
      { type: 'InternalIP', address: 'fd00::5' },
      { type: 'InternalIP', address: '192.168.1.5' },
    ];
    expect(primaryAddress(node({ status: { addresses } }))).toBe('192.168.1.5');
    expect(primaryAddress(node({ status: { addresses: addresses.slice(0, 2) } }))).toBe('203.0.113.5');
    expect(primaryAddress(node({}))).toBeUndefined();
  });
});

describe('nodePortAddresses', () => {
  const own = ['127.0.0.1', '192.168.1.5', '10.0.0.5', 'fe80::1'];

  it('means all addresses when nothing, or everything, is given', () => {
    expect(nodePortAddresses([], own, undefined)).toBeUndefined();
    expect(nodePortAddresses(['10.0.0.0/8', '0.0.0.0/0'], own, undefined)).toBeUndefined();
  });

  it('takes those of the node that lie in a CIDR', () => {
    expect(nodePortAddresses(['192.168.0.0/16', '127.0.0.0/8', 'fe80::/10'], own, undefined)).toEqual([
      '127.0.0.1',
      '192.168.1.5',
    ]);
    expect(nodePortAddresses(['172.16.0.0/12'], own, undefined)).toEqual([]);
  });

  it("takes the node's own address for 'primary'", () => {
    expect(nodePortAddresses(['primary'], own, '192.168.1.5')).toEqual(['192.168.1.5']);
    expect(nodePortAddresses(['primary'], own, undefined)).toEqual([]);
  });

  it.each(['10.0.0.0', '10.0.0.0/33', '10.0.0/8', 'eth0'])('refuses %s', (cidr) => {
    expect(() => nodePortAddresses([cidr], own, undefined)).toThrow(`invalid CIDR address: "${cidr}"`);
  });
});

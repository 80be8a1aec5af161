import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Addresses } from './addresses.ts';
import { hostLink, macOf } from './bridge.ts';
import { gatewayOf, nextFree, parseCidr, podAddressCount } from './cidr.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'addresses-'));
});
afterEach(() => rm(dir, { recursive: true }));

test('the first address is the gateway, and pods get the rest but the broadcast address', () => {
  const cidr = parseCidr('10.244.3.0/29');
  expect(gatewayOf(cidr)).toBe('10.244.3.1');
  expect(podAddressCount(cidr)).toBe(5);
  const taken = new Set<string>();
  for (
    let address = nextFree(cidr, taken, undefined);
    address !== undefined;
    address = nextFree(cidr, taken, address)
  ) {
    taken.add(address);
  }
  expect([...taken]).toEqual(['10.244.3.2', '10.244.3.3', '10.244.3.4', '10.244.3.5', '10.244.3.6']);
});

test('a freed address rests while others are free', () => {
  const cidr = parseCidr('10.244.3.0/29');
  expect(nextFree(cidr, new Set(['10.244.3.3']), '10.244.3.3')).toBe('10.244.3.4');
  expect(nextFree(cidr, new Set(['10.244.3.2']), '10.244.3.6')).toBe('10.244.3.3');
});

test.each(['10.244.0.0', '10.244.0.0/31', '10.244.0/24', 'x/24'])('%s is no pod range', (text) => {
  expect(() => parseCidr(text)).toThrow(RangeError);
});

test('addresses survive a restart, are the same when asked again, and are freed', async () => {
  const cidr = parseCidr('10.244.3.0/29');
  const key = { podUid: 'a', attempt: 1 };
  const first = await Addresses.open(dir);
  const address = await first.reserve(key, cidr);
  expect(await first.reserve(key, cidr)).toBe(address);
  const second = await Addresses.open(dir);
  expect(second.find('a', 1)).toBe(address);
  expect(await second.reserve({ podUid: 'b', attempt: 0 }, cidr)).not.toBe(address);
  await second.release(key);
  expect((await Addresses.open(dir)).holders()).toEqual([{ podUid: 'b', attempt: 0 }]);
});

test('a range that is used up says so', async () => {
  const addresses = await Addresses.open(dir);
  const cidr = parseCidr('10.244.3.0/30');
  await addresses.reserve({ podUid: 'a', attempt: 0 }, cidr);
  await expect(addresses.reserve({ podUid: 'b', attempt: 0 }, cidr)).rejects.toThrow('no addresses are left');
});

test('names of links fit into 15 characters and hardware addresses follow from addresses', () => {
  expect(hostLink({ podUid: 'a-very-long-uid-indeed', attempt: 12 })).toMatch(/^wh[0-9a-f]{12}$/);
  expect(macOf('10.244.0.5')).toBe('0a:58:0a:f4:00:05');
});

import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { badRequest, serviceUnavailable } from '@wherry/apimachinery';

/** Addresses that lead to this host, to its link, or to many: the apiserver lends nobody its place on the network. */
const forbidden = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 4],
  ['255.255.255.255', 32],
] as const)
  forbidden.addSubnet(net, prefix);
for (const [net, prefix] of [
  ['::', 128],
  ['::1', 128],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  forbidden.addSubnet(net, prefix, 'ipv6');

export function isProxyable(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && !forbidden.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/**
 * The one address of a host that is then dialled: a name that means something else the next time it is asked for gains
 * nothing. Throws 400 when any of its addresses may not be connected to, and 503 when it has none.
 */
export async function resolveOnce(host: string, options: { allowLoopback: boolean }): Promise<string> {
  const found = isIP(host) !== 0 ? [host] : await addressesOf(host);
  if (!options.allowLoopback && !found.every(isProxyable)) throw badRequest('address not allowed');
  return found[0]!;
}

async function addressesOf(host: string): Promise<string[]> {
  try {
    const found = await lookup(host, { all: true });
    if (found.length > 0) return found.map(({ address }) => address);
  } catch (error) {
    throw serviceUnavailable(`the address of ${host} is not known: ${(error as Error).message}`);
  }
  throw serviceUnavailable(`the address of ${host} is not known`);
}

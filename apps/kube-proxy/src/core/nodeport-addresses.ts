import { BlockList, isIPv4 } from 'node:net';

/**
 * The addresses of this node that lie in one of the CIDRs; undefined when every address is meant (no CIDR, or all of
 * them). The word 'primary' means the node's own address. Throws when a CIDR is malformed.
 */
export function nodePortAddresses(
  cidrs: readonly string[],
  own: readonly string[],
  primary: string | undefined,
): readonly string[] | undefined {
  if (cidrs.length === 0 || cidrs.includes('0.0.0.0/0')) return undefined;
  const wanted = new BlockList();
  for (const cidr of cidrs) {
    if (cidr === 'primary') continue;
    const [address = '', suffix = ''] = cidr.split('/');
    // Addresses of the other family are for a proxy of that family.
    if (cidr.includes(':')) continue;
    if (!isIPv4(address) || !/^([0-9]|[12][0-9]|3[0-2])$/.test(suffix))
      throw new Error(`invalid CIDR address: ${JSON.stringify(cidr)} in --nodeport-addresses`);
    wanted.addSubnet(address, Number(suffix));
  }
  const chosen = own.filter((address) => isIPv4(address) && wanted.check(address));
  if (cidrs.includes('primary') && primary !== undefined) chosen.push(primary);
  return [...new Set(chosen)].toSorted();
}

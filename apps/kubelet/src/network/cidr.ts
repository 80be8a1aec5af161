/** An IPv4 range, with its addresses as numbers. */
export interface Cidr {
  readonly network: number;
  readonly prefix: number;
}

/** Throws RangeError on anything but a.b.c.d/n with n from 8 to 30. */
export function parseCidr(text: string): Cidr {
  const [address = '', bits = ''] = text.split('/');
  const prefix = Number(bits);
  if (!Number.isInteger(prefix) || prefix < 8 || prefix > 30) throw new RangeError(`not an IPv4 pod range: ${text}`);
  const mask = (0xffffffff << (32 - prefix)) >>> 0;
  return { network: (ipNumber(address) & mask) >>> 0, prefix };
}

export function ipNumber(address: string): number {
  const parts = address.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) {
    throw new RangeError(`not an IPv4 address: ${address}`);
  }
  return parts.reduce((number, part) => number * 256 + part, 0);
}

export function ipText(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
}

/** The bridge's address: the first of the range. */
export function gatewayOf(cidr: Cidr): string {
  return ipText(cidr.network + 1);
}

/** Addresses for pods: all but the network's, the gateway's and the broadcast address. */
export function podAddressCount(cidr: Cidr): number {
  return 2 ** (32 - cidr.prefix) - 3;
}

/**
 * The next free address after `last`, going round, so that a freed address rests as long as possible before another
 * pod gets it; undefined when all are taken.
 */
export function nextFree(cidr: Cidr, taken: ReadonlySet<string>, last: string | undefined): string | undefined {
  const count = podAddressCount(cidr);
  const first = cidr.network + 2;
  const from = last === undefined ? 0 : ipNumber(last) - first + 1;
  for (let i = 0; i < count; i++) {
    const address = ipText(first + ((((from + i) % count) + count) % count));
    if (!taken.has(address)) return address;
  }
  return undefined;
}

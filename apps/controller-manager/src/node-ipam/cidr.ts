/** A range of addresses, as numbers: both families alike. */
export interface Cidr {
  readonly family: 4 | 6;
  /** The first address. */
  readonly base: bigint;
  readonly prefix: number;
}

/** @throws {Error} for anything but an address, a slash and a prefix length */
export function parseCidr(text: string): Cidr {
  const [address = '', length = '', ...rest] = text.split('/');
  const family = address.includes(':') ? 6 : 4;
  const base = family === 6 ? parseV6(address) : parseV4(address);
  const prefix = /^\d{1,3}$/.test(length) ? Number(length) : -1;
  if (base === undefined || rest.length > 0 || prefix < 0 || prefix > bitsOf(family)) {
    throw new Error(`invalid CIDR address: ${text}`);
  }
  const hostBits = BigInt(bitsOf(family) - prefix);
  return { family, base: (base >> hostBits) << hostBits, prefix };
}

export function formatCidr({ family, base, prefix }: Cidr): string {
  return `${family === 4 ? formatV4(base) : formatV6(base)}/${prefix}`;
}

export function overlap(a: Cidr, b: Cidr): boolean {
  if (a.family !== b.family) return false;
  const shift = BigInt(bitsOf(a.family) - Math.min(a.prefix, b.prefix));
  return a.base >> shift === b.base >> shift;
}

/** The first part of that prefix length that overlaps with nothing that is used; undefined when there is none. */
export function firstFree(range: Cidr, prefix: number, used: readonly Cidr[]): Cidr | undefined {
  const shift = BigInt(bitsOf(range.family) - prefix);
  const taken = new Set<bigint>();
  const large: Cidr[] = [];
  for (const one of used) {
    if (one.family !== range.family) continue;
    if (one.prefix >= prefix) taken.add(one.base >> shift);
    else large.push(one);
  }
  const count = 1n << BigInt(prefix - range.prefix);
  for (let i = 0n; i < count; i++) {
    const base = range.base + (i << shift);
    const candidate: Cidr = { family: range.family, base, prefix };
    if (!taken.has(base >> shift) && !large.some((one) => overlap(one, candidate))) return candidate;
  }
  return undefined;
}

function bitsOf(family: 4 | 6): number {
  return family === 4 ? 32 : 128;
}

function parseV4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function parseV6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const zeros = 8 - head.length - tail.length;
  if (halves.length === 2 ? zeros < 1 : zeros !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: zeros }, () => '0'), ...tail];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return groups.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

function formatV4(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');
}

/** RFC 5952: the longest run of zeros is left out. */
function formatV6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  const runs = groups.join(':').match(/\b0(?::0)+\b/g) ?? [];
  const longest = runs.toSorted((a, b) => b.length - a.length)[0];
  if (longest === undefined) return groups.join(':');
  const at = `:${groups.join(':')}:`.indexOf(`:${longest}:`);
  const text = groups.join(':');
  return `${text.slice(0, Math.max(0, at - 1))}::${text.slice(at + longest.length + 1)}`;
}

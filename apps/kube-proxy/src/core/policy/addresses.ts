import { isIPv4 } from 'node:net';

/** IPv4 addresses as numbers, both ends included. */
interface Range {
  readonly first: number;
  readonly last: number;
}

/** A set of IPv4 addresses: ranges in order that neither touch nor overlap. */
export type Addresses = readonly Range[];

export const everyAddress: Addresses = [{ first: 0, last: 0xffffffff }];

export function addressNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** The addresses of a CIDR; undefined when it is no IPv4 CIDR. */
export function cidrAddresses(cidr: string): Addresses | undefined {
  const [, address = '', suffix = ''] = /^([\d.]+)\/(\d|[12]\d|3[0-2])$/.exec(cidr) ?? [];
  if (!isIPv4(address)) return undefined;
  const size = 2 ** (32 - Number(suffix));
  const first = Math.floor(addressNumber(address) / size) * size;
  return [{ first, last: first + size - 1 }];
}

export function unionOf(sets: readonly Addresses[]): Addresses {
  return joined(sets.flat().toSorted((a, b) => a.first - b.first));
}

export function addressesOf(numbers: readonly number[]): Addresses {
  return joined(numbers.toSorted((a, b) => a - b).map((number) => ({ first: number, last: number })));
}

export function without(set: Addresses, taken: Addresses): Addresses {
  return common(set, complement(taken));
}

export function common(a: Addresses, b: Addresses): Addresses {
  const both: Range[] = [];
  for (let [i, j] = [0, 0]; i < a.length && j < b.length; ) {
    const [left, right] = [a[i] as Range, b[j] as Range];
    const first = Math.max(left.first, right.first);
    const last = Math.min(left.last, right.last);
    if (first <= last) both.push({ first, last });
    if (left.last < right.last) i++;
    else j++;
  }
  return both;
}

function complement(set: Addresses): Addresses {
  const left: Range[] = [];
  let next = 0;
  for (const { first, last } of set) {
    if (first > next) left.push({ first: next, last: first - 1 });
    next = last + 1;
  }
  return next <= 0xffffffff ? [...left, { first: next, last: 0xffffffff }] : left;
}

/** The fewest CIDRs that hold exactly these addresses. */
export function toCidrs(set: Addresses): string[] {
  const cidrs: string[] = [];
  for (const { first, last } of set) {
    for (let at = first; at <= last; ) {
      let size = at === 0 ? 2 ** 32 : 2 ** trailingZeros(at);
      while (at + size - 1 > last) size /= 2;
      cidrs.push(`${addressText(at)}/${32 - Math.log2(size)}`);
      at += size;
    }
  }
  return cidrs;
}

export function addressText(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
}

function trailingZeros(number: number): number {
  return 31 - Math.clz32(number & -number);
}

/** Of ranges in the order of their first address. */
function joined(ranges: readonly Range[]): Addresses {
  const merged: Range[] = [];
  for (const range of ranges) {
    const previous = merged.at(-1);
    if (previous === undefined || range.first > previous.last + 1) merged.push(range);
    else if (range.last > previous.last) merged[merged.length - 1] = { first: previous.first, last: range.last };
  }
  return merged;
}

import { isIPv4, isIPv6 } from './ip-syntax.ts';
import { invalidIf, type Findings } from './value-rules.ts';

/** An address block: its family's width, its base as a number, and how many leading bits count. */
export interface Cidr {
  readonly width: 32 | 128;
  readonly base: bigint;
  readonly bits: number;
}

export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  const bits = text.slice(slash + 1);
  if (slash < 0 || !/^(0|[1-9][0-9]{0,2})$/.test(bits)) return undefined;
  const address = parseAddress(text.slice(0, slash));
  return address === undefined || Number(bits) > address.width ? undefined : { ...address, bits: Number(bits) };
}

/** Every address of `inner` is one of `outer`, and not the other way round. */
export function isStrictSubset(inner: Cidr, outer: Cidr): boolean {
  return inner.width === outer.width && inner.bits > outer.bits && network(inner, outer.bits) === network(outer);
}

/** New kinds take an address block in the one canonical form only. */
export function* canonicalCidr(text: string, field: string): Findings {
  const cidr = parseCidr(text);
  if (cidr === undefined) {
    yield* invalidIf(true, field, text, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)');
    return;
  }
  const host = text.slice(0, text.indexOf('/'));
  if (network(cidr) !== cidr.base) {
    yield* invalidIf(true, field, text, 'must not have bits set beyond the prefix length');
    return;
  }
  const canonical = `${canonicalIp(host)}/${cidr.bits}`;
  yield* invalidIf(text !== canonical, field, text, `must be in canonical form ("${canonical}")`);
}

/** Upstream's messages for an address that is no address, or not in canonical form. */
export function isCanonicalIp(text: string): string[] {
  if (!isIPv4(text) && !isIPv6(text)) return ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];
  const canonical = canonicalIp(text);
  if (isIPv6(text) && isIPv4(canonical)) return ['must not be an IPv4-mapped IPv6 address'];
  return text === canonical ? [] : [`must be in canonical form ("${canonical}")`];
}

/** RFC 5952; an IPv4 address in IPv6 form becomes the IPv4 one. */
export function canonicalIp(text: string): string {
  if (!isIPv6(text)) return text;
  const host = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host);
  if (mapped === null) return host;
  const [high, low] = [Number.parseInt(mapped[1] ?? '', 16), Number.parseInt(mapped[2] ?? '', 16)];
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

function network(cidr: Cidr, bits = cidr.bits): bigint {
  const host = BigInt(cidr.width - bits);
  return (cidr.base >> host) << host;
}

function parseAddress(text: string): { width: 32 | 128; base: bigint } | undefined {
  if (isIPv4(text)) return { width: 32, base: fold(text.split('.'), 8n, 10) };
  if (!isIPv6(text)) return undefined;
  const host = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const [head = '', tail] = host.split('::');
  const [left, right] = [head, tail ?? ''].map((part) => (part === '' ? [] : part.split(':'))) as [string[], string[]];
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return { width: 128, base: fold([...left, ...zeros, ...right], 16n, 16) };
}

function fold(parts: readonly string[], shift: bigint, radix: number): bigint {
  return parts.reduce((sum, part) => (sum << shift) | BigInt(Number.parseInt(part, radix)), 0n);
}

import { isIPv4, isIPv6 } from './ip-syntax.ts';
import { invalidIf, type Findings } from './value-rules.ts';

const ipMessage = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const cidrMessage = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

export function isIp(text: string): boolean {
  return isIPv4(text) || isIPv6(text);
}

export function validIp(text: string, field: string): Findings {
  return invalidIf(!isIp(text), field, text, ipMessage);
}

export function validCidr(text: string, field: string): Findings {
  return invalidIf(!isCidr(text), field, text, cidrMessage);
}

function isCidr(text: string): boolean {
  const slash = text.indexOf('/');
  const bits = text.slice(slash + 1);
  if (slash < 0 || !/^(0|[1-9][0-9]{0,2})$/.test(bits)) return false;
  const host = text.slice(0, slash);
  return isIPv4(host) ? Number(bits) <= 32 : isIPv6(host) && Number(bits) <= 128;
}

/**
 * Addresses that would reach the node itself or its link instead of an endpoint (CVE-2021-25737). IPv6 forms that
 * carry an IPv4 address are judged by that address.
 */
export function* nonSpecialIp(text: string, field: string): Findings {
  const ip = plainForm(text);
  const invalid = (condition: boolean, detail: string): Findings => invalidIf(condition, field, text, detail);
  yield* invalid(ip === '0.0.0.0' || ip === '::', 'may not be unspecified (0.0.0.0 or ::)');
  yield* invalid(ip.startsWith('127.') || ip === '::1', 'may not be in the loopback range (127.0.0.0/8, ::1/128)');
  yield* invalid(
    ip.startsWith('169.254.') || /^fe[89ab]/.test(ip),
    'may not be in the link-local range (169.254.0.0/16, fe80::/10)',
  );
  yield* invalid(
    ip.startsWith('224.0.0.') || /^ff02:/.test(ip),
    'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)',
  );
}

/** Lower case, compressed, and IPv4 where the address is an IPv4 one in disguise. */
function plainForm(text: string): string {
  if (!isIPv6(text)) return text;
  const host = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host);
  if (mapped === null) return host;
  const [high, low] = [Number.parseInt(mapped[1] ?? '', 16), Number.parseInt(mapped[2] ?? '', 16)];
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

import { isIPv4, isIPv6 } from 'node:net';

/** The label under which an endpoint without a hostname is found: its address with dashes, as CoreDNS writes it. */
export function dashed(ip: string): string {
  if (!ip.includes(':')) return ip.replaceAll('.', '-');
  const label = ip.toLowerCase().replaceAll(':', '-');
  return `${label.startsWith('-') ? '0' : ''}${label}${label.endsWith('-') ? '0' : ''}`;
}

/** The address of a pod's name, `1-2-3-4` or `2001-db8--1`; undefined when it is none. */
export function undashed(label: string): string | undefined {
  const v4 = label.replaceAll('-', '.');
  if (isIPv4(v4)) return v4;
  const v6 = label.replaceAll('-', ':');
  return isIPv6(v6) ? canonical(v6) : undefined;
}

/** The address that a name under in-addr.arpa or ip6.arpa is about; undefined when it is about none. */
export function reverseAddress(labels: readonly string[]): string | undefined {
  const digits = labels.slice(0, -2).toReversed();
  if (labels.at(-2) === 'in-addr') {
    const ip = digits.join('.');
    return digits.length === 4 && isIPv4(ip) ? ip : undefined;
  }
  if (digits.length !== 32 || !digits.every((digit) => /^[\da-f]$/.test(digit))) return undefined;
  return canonical(digits.join('').replace(/.{4}(?=.)/g, '$&:'));
}

export function isReverse(labels: readonly string[]): boolean {
  return labels.at(-1) === 'arpa' && (labels.at(-2) === 'in-addr' || labels.at(-2) === 'ip6');
}

/** One spelling for each address (RFC 5952), so that it can be a key. */
export function canonical(ip: string): string {
  if (!ip.includes(':')) return ip;
  try {
    return new URL(`http://[${ip}]`).hostname.slice(1, -1);
  } catch {
    return ip.toLowerCase();
  }
}

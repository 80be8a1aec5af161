/** Numbers of record types (IANA's registry) that the server itself has to know. */
export const TYPE = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  OPT: 41,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
} as const;

export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  BADVERS: 16,
} as const;

export const CLASS_IN = 1;

/** Bits of the second 16-bit word of a message. */
export const FLAG = {
  response: 0x80_00,
  authoritative: 0x04_00,
  truncated: 0x02_00,
  recursionDesired: 0x01_00,
} as const;
export const FLAG_RECURSION_AVAILABLE = 0x00_80;
export const FLAG_AUTHENTIC = 0x00_20;
export const FLAG_CHECKING_DISABLED = 0x00_10;

const typeNames = new Map<number, string>([
  ...Object.entries(TYPE).map(([name, number]): [number, string] => [number, name]),
  [15, 'MX'],
  [35, 'NAPTR'],
  [43, 'DS'],
  [46, 'RRSIG'],
  [48, 'DNSKEY'],
  [64, 'SVCB'],
  [65, 'HTTPS'],
  [257, 'CAA'],
]);
const rcodeNames = new Map<number, string>(Object.entries(RCODE).map(([name, number]) => [number, name]));

/** For labels of metrics: a bounded set, `other` for the rest. */
export function typeName(type: number): string {
  return typeNames.get(type) ?? 'other';
}

export function rcodeName(rcode: number): string {
  return rcodeNames.get(rcode) ?? 'other';
}

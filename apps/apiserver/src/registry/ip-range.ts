/** An IPv4 range, with the part upstream hands out by itself last: see KEP-3070 "Reserve Service IP Ranges". */
export interface IpRange {
  readonly cidr: string;
  readonly base: number;
  /** Addresses that may be used, the network's own and the broadcast address excluded: base+1 .. base+size. */
  readonly size: number;
}

const MIN_BAND = 16;
const MAX_BAND = 256;
const BAND_STEP = 16;

/** Throws for what is not an IPv4 CIDR of at least two usable addresses. */
export function parseIpRange(cidr: string): IpRange {
  const [address, bits] = cidr.split('/');
  const prefix = Number(bits);
  const ip = parseIp(address ?? '');
  if (ip === undefined || bits === undefined || !Number.isInteger(prefix) || prefix < 8 || prefix > 30) {
    throw new Error(`not an IPv4 service range: ${cidr}`);
  }
  const total = 2 ** (32 - prefix);
  const base = Math.floor(ip / total) * total;
  return { cidr: `${formatIp(base)}/${prefix}`, base, size: total - 2 };
}

export function parseIp(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = value * 256 + Number(part);
  }
  return value;
}

export function formatIp(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

/** The size of the lower band, which is left to explicit requests while the upper one has room. */
export function staticBand(size: number): number {
  return size <= MIN_BAND ? 0 : Math.min(Math.max(MIN_BAND, Math.floor(size / BAND_STEP)), MAX_BAND);
}

/**
 * A free number of 1..size: from the upper band, beginning at a random place, then from the lower one.
 * @param random in [0, 1)
 */
export function pickFree(
  size: number,
  band: number,
  isUsed: (offset: number) => boolean,
  random: number,
): number | undefined {
  return scan(band + 1, size, isUsed, random) ?? scan(1, band, isUsed, random);
}

function scan(from: number, to: number, isUsed: (offset: number) => boolean, random: number): number | undefined {
  const count = to - from + 1;
  if (count <= 0) return undefined;
  const start = Math.floor(random * count);
  for (let i = 0; i < count; i++) {
    const offset = from + ((start + i) % count);
    if (!isUsed(offset)) return offset;
  }
  return undefined;
}

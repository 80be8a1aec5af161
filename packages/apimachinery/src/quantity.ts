import { badRequest } from './status.ts';

/**
 * resource.Quantity, exact: a whole number of billionths, as upstream keeps nothing smaller. Amounts are capped at
 * ±(2^63-1), and a smaller non-zero amount is rounded away from zero to one billionth.
 */
export interface Quantity {
  readonly nano: bigint;
  readonly format: QuantityFormat;
}
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

export const quantityFormatMessage =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const suffixMessage = "unable to parse quantity's suffix";
const numericMessage = 'unable to parse numeric part of quantity';

const unit = 1_000_000_000n;
const maxNano = (2n ** 63n - 1n) * unit;
const decimalSuffixes = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** @throws StatusError 400 with upstream's words */
export function parseQuantity(text: string): Quantity {
  const parsed = tryParseQuantity(text);
  if (typeof parsed === 'string') throw badRequest(parsed);
  return parsed;
}

/** The quantity, or upstream's words of why it is none. */
export function tryParseQuantity(text: string): Quantity | string {
  if (text === '') return quantityFormatMessage;
  const known = cache.get(text);
  if (known !== undefined) return known;
  const parsed = parse(text);
  if (typeof parsed !== 'string') remember(text, parsed);
  return parsed;
}

/** The same few texts are parsed over and over by the scheduler and by validation. */
const cache = new Map<string, Quantity>();
const cacheLimit = 4096;
function remember(text: string, quantity: Quantity): void {
  if (text.length > 32) return;
  if (cache.size >= cacheLimit) cache.clear();
  cache.set(text, quantity);
}

function parse(text: string): Quantity | string {
  const match = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/.exec(text);
  if (match === null) return quantityFormatMessage;
  const [, sign = '', whole = '', fraction = '', suffix = ''] = match;
  if (whole === '' && fraction === '') return quantityFormatMessage;
  const scale = scaleOf(suffix);
  if (scale === undefined) return suffixMessage;
  // Longer numbers than this are past the cap, or below a billionth, whatever the suffix.
  if (whole.length > 4096 || fraction.length > 4096) return numericMessage;
  const magnitude = toNano(BigInt(whole + fraction), fraction.length, scale);
  return { nano: sign === '-' ? -magnitude : magnitude, format: scale.format };
}

interface Scale {
  format: QuantityFormat;
  base2: number;
  base10: number;
}

function scaleOf(suffix: string): Scale | undefined {
  const decimal = decimalSuffixes.indexOf(suffix);
  if (decimal >= 0) return { format: 'DecimalSI', base2: 0, base10: (decimal - 3) * 3 };
  const binary = binarySuffixes.indexOf(suffix);
  if (binary >= 0) return { format: 'BinarySI', base2: binary * 10, base10: 0 };
  const exponent = /^[eE]([-+]?[0-9]+)$/.exec(suffix)?.[1];
  return exponent === undefined ? undefined : { format: 'DecimalExponent', base2: 0, base10: Number(exponent) };
}

function toNano(digits: bigint, fractionDigits: number, scale: Scale): bigint {
  if (digits === 0n) return 0n;
  const shift = scale.base10 - fractionDigits + 9;
  if (shift > 8300) return maxNano;
  if (shift < -8300) return 1n;
  const numerator = (digits << BigInt(scale.base2)) * (shift > 0 ? 10n ** BigInt(shift) : 1n);
  const nano = shift >= 0 ? numerator : divideUp(numerator, 10n ** BigInt(-shift));
  return nano > maxNano ? maxNano : nano;
}

/** Away from zero. */
function divideUp(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  if (value % by === 0n) return quotient;
  return value < 0n ? quotient - 1n : quotient + 1n;
}

const nanoOf = (quantity: string | Quantity): bigint =>
  typeof quantity === 'string' ? parseQuantity(quantity).nano : quantity.nano;

export function compareQuantities(a: string | Quantity, b: string | Quantity): -1 | 0 | 1 {
  const [left, right] = [nanoOf(a), nanoOf(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The sum, in the format of the first one. */
export function addQuantities(a: string | Quantity, b: string | Quantity): Quantity {
  const left = typeof a === 'string' ? parseQuantity(a) : a;
  const right = typeof b === 'string' ? parseQuantity(b) : b;
  return { nano: left.nano + right.nano, format: left.nano === 0n ? right.format : left.format };
}

export function subtractQuantities(a: string | Quantity, b: string | Quantity): Quantity {
  const right = typeof b === 'string' ? parseQuantity(b) : b;
  return addQuantities(a, { nano: -right.nano, format: right.format });
}

/** Whole units, rounded up: bytes of `1Gi`, cores of `1500m` (2). */
export function quantityValue(quantity: string | Quantity): number {
  return Number(divideUp(nanoOf(quantity), unit));
}

/** Thousandths, rounded up: 1500 of `1500m` or `1.5`. */
export function quantityMilliValue(quantity: string | Quantity): number {
  return Number(divideUp(nanoOf(quantity), 1_000_000n));
}

/** Whole units or thousandths to a quantity. */
export function quantityFromValue(value: number, format: QuantityFormat = 'DecimalSI'): Quantity {
  return { nano: BigInt(value) * unit, format };
}
export function quantityFromMilliValue(value: number, format: QuantityFormat = 'DecimalSI'): Quantity {
  return { nano: BigInt(value) * 1_000_000n, format };
}

/** Rounded up to a multiple of 10^-3: the finest amount of a resource. */
export function roundUpToMilli(quantity: Quantity): Quantity {
  return quantity.nano % 1_000_000n === 0n
    ? quantity
    : { ...quantity, nano: divideUp(quantity.nano, 1_000_000n) * 1_000_000n };
}

/**
 * The canonical form: no fraction, and the largest suffix that loses nothing. A binary amount below 1024, or with a
 * fraction, is printed with decimal suffixes.
 */
export function formatQuantity(quantity: Quantity): string {
  const { nano } = quantity;
  if (nano === 0n) return '0';
  if (quantity.format === 'BinarySI') {
    const text = formatBinary(nano);
    if (text !== undefined) return text;
  }
  let amount = nano;
  let step = 0;
  while (step < decimalSuffixes.length - 1 && amount % 1000n === 0n) {
    amount /= 1000n;
    step++;
  }
  if (quantity.format !== 'DecimalExponent') return `${amount}${decimalSuffixes[step]}`;
  const exponent = (step - 3) * 3;
  return exponent === 0 ? `${amount}` : `${amount}e${exponent}`;
}

function formatBinary(nano: bigint): string | undefined {
  if (nano % unit !== 0n) return undefined;
  let amount = nano / unit;
  if (amount > -1024n && amount < 1024n) return undefined;
  let step = 0;
  while (step < binarySuffixes.length - 1 && amount % 1024n === 0n) {
    amount /= 1024n;
    step++;
  }
  return `${amount}${binarySuffixes[step]}`;
}

/** `1000m` -> `1`; a text that is no quantity is returned as it is. */
export function canonicalQuantity(text: string): string {
  const parsed = tryParseQuantity(text);
  return typeof parsed === 'string' ? text : formatQuantity(parsed);
}

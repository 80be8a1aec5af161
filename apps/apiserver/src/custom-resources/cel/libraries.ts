import { BlockList, isIP } from 'node:net';
import type { Environment } from '@marcbachmann/cel-js';
import { compareQuantities, parseQuantity, type Quantity } from '@wherry/apimachinery';
import { compilePattern } from '../pattern.ts';

/** The libraries of upstream's CEL environment that the engine does not bring along. */
export function registerLibraries(environment: Environment): Environment {
  registerStrings(environment);
  registerLists(environment);
  registerUrls(environment);
  registerAddresses(environment);
  return registerQuantities(environment);
}

function findAll(text: string, pattern: string, limit = -1n): string[] {
  const matcher = compilePattern(pattern).matcher(text);
  const found: string[] = [];
  while ((limit < 0n || found.length < Number(limit)) && matcher.find()) found.push(matcher.group() ?? '');
  return found;
}

function registerStrings(environment: Environment): void {
  environment
    .registerFunction('string.linearMatches(string): bool', (text: string, pattern: string) =>
      compilePattern(pattern).matcher(text).find(),
    )
    .registerFunction(
      'string.find(string): string',
      (text: string, pattern: string) => findAll(text, pattern, 1n)[0] ?? '',
    )
    .registerFunction('string.findAll(string): list<string>', (text: string, pattern: string) => findAll(text, pattern))
    .registerFunction('string.findAll(string, int): list<string>', findAll)
    .registerFunction('string.charAt(int): string', (text: string, at: bigint) => Array.from(text)[Number(at)] ?? '')
    .registerFunction('string.reverse(): string', (text: string) => Array.from(text).toReversed().join(''))
    .registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) =>
      text.split(from).join(to),
    )
    .registerFunction(
      'string.replace(string, string, int): string',
      (text: string, from: string, to: string, limit: bigint) => replaceSome(text, from, to, Number(limit)),
    )
    .registerFunction('string.format(list<dyn>): string', format);
}

function replaceSome(text: string, from: string, to: string, limit: number): string {
  if (limit < 0) return text.split(from).join(to);
  const parts = text.split(from);
  const head = parts.slice(0, limit + 1).join(to);
  const tail = parts.slice(limit + 1);
  return tail.length === 0 ? head : [head, ...tail].join(from);
}

function format(text: string, values: unknown[]): string {
  let at = 0;
  return text.replaceAll(
    /%(%|(?:\.(\d+))?([sdfeboxX]))/g,
    (_, whole: string, digits: string | undefined, verb: string) => {
      if (whole === '%') return '%';
      if (at >= values.length) throw new Error(`index ${at} out of range`);
      const value = values[at++];
      if (verb === 'f' || verb === 'e') {
        const number = Number(value);
        return verb === 'f' ? number.toFixed(Number(digits ?? 6)) : number.toExponential(Number(digits ?? 6));
      }
      const base = { b: 2, o: 8, x: 16, X: 16 }[verb];
      if (base !== undefined) {
        const based = (value as bigint).toString(base);
        return verb === 'X' ? based.toUpperCase() : based;
      }
      return asText(value);
    },
  );
}

function asText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(asText).join(', ')}]`;
  if (typeof value === 'object' && value !== null && !(value instanceof Date))
    return `{${Object.entries(value)
      .map(([key, inner]) => `${key}: ${asText(inner)}`)
      .join(', ')}}`;
  return value instanceof Date ? value.toISOString().replace('.000Z', 'Z') : String(value as string);
}

type Ordered = bigint | number | string | Date;

function registerLists(environment: Environment): void {
  environment
    .registerFunction('list<dyn>.isSorted(): bool', (list: Ordered[]) =>
      list.every((item, i) => i === 0 || list[i - 1]! <= item),
    )
    .registerFunction('list<dyn>.sum(): dyn', (list: (bigint | number)[]) =>
      list.length === 0 ? 0n : list.reduce((sum, item) => (sum as number) + (item as number)),
    )
    .registerFunction('list<dyn>.min(): dyn', (list: Ordered[]) => extreme(list, (a, b) => a < b, 'min'))
    .registerFunction('list<dyn>.max(): dyn', (list: Ordered[]) => extreme(list, (a, b) => a > b, 'max'))
    .registerFunction('list<dyn>.indexOf(dyn): int', (list: unknown[], item: unknown) =>
      BigInt(list.map(identity).indexOf(identity(item))),
    )
    .registerFunction('list<dyn>.lastIndexOf(dyn): int', (list: unknown[], item: unknown) =>
      BigInt(list.map(identity).lastIndexOf(identity(item))),
    )
    .registerFunction('list<dyn>.distinct(): list<dyn>', (list: unknown[]) => [
      ...new Map(list.map((item) => [identity(item), item])).values(),
    ])
    .registerFunction('list<dyn>.slice(int, int): list<dyn>', (list: unknown[], from: bigint, to: bigint) =>
      list.slice(Number(from), Number(to)),
    )
    .registerFunction('list<dyn>.flatten(): list<dyn>', (list: unknown[]) => list.flat())
    .registerType('Sets', Sets)
    .registerConstant('sets', 'Sets', new Sets())
    .registerFunction('Sets.contains(list<dyn>, list<dyn>): bool', (_: Sets, list: unknown[], part: unknown[]) =>
      isPart(part, list),
    )
    .registerFunction(
      'Sets.equivalent(list<dyn>, list<dyn>): bool',
      (_: Sets, a: unknown[], b: unknown[]) => isPart(a, b) && isPart(b, a),
    )
    .registerFunction('Sets.intersects(list<dyn>, list<dyn>): bool', (_: Sets, a: unknown[], b: unknown[]) => {
      const known = new Set(b.map(identity));
      return a.some((item) => known.has(identity(item)));
    });
}

class Sets {}

function isPart(part: unknown[], whole: unknown[]): boolean {
  const known = new Set(whole.map(identity));
  return part.every((item) => known.has(identity(item)));
}

/** Equal values have equal texts; an int equals the double of the same amount. */
function identity(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? Number(inner) : inner));
}

function extreme(list: Ordered[], better: (a: Ordered, b: Ordered) => boolean, name: string): Ordered {
  if (list.length === 0) throw new Error(`${name} called on empty list`);
  return list.reduce((best, item) => (better(item, best) ? item : best));
}

function registerUrls(environment: Environment): void {
  const part = (read: (url: URL) => string) => read;
  environment
    .registerType('kubernetes.URL', URL)
    .registerFunction('url(string): kubernetes.URL', (text: string) => new URL(text))
    .registerFunction('isURL(string): bool', (text: string) => URL.canParse(text))
    .registerFunction(
      'kubernetes.URL.getScheme(): string',
      part((url) => url.protocol.slice(0, -1)),
    )
    .registerFunction(
      'kubernetes.URL.getHost(): string',
      part((url) => url.host),
    )
    .registerFunction(
      'kubernetes.URL.getHostname(): string',
      part((url) => url.hostname),
    )
    .registerFunction(
      'kubernetes.URL.getPort(): string',
      part((url) => url.port),
    )
    .registerFunction(
      'kubernetes.URL.getEscapedPath(): string',
      part((url) => url.pathname),
    );
}

class Address {
  readonly text: string;
  readonly family: 4 | 6;
  constructor(text: string) {
    const family = isIP(text);
    if (family === 0) throw new Error(`IP Address ${JSON.stringify(text)} parse error`);
    this.text = text;
    this.family = family as 4 | 6;
  }
}

class Network {
  readonly address: Address;
  readonly bits: number;
  constructor(text: string) {
    const slash = text.lastIndexOf('/');
    this.address = new Address(text.slice(0, Math.max(0, slash)));
    this.bits = Number(text.slice(slash + 1));
    if (!Number.isInteger(this.bits) || this.bits < 0 || this.bits > (this.address.family === 4 ? 32 : 128))
      throw new Error(`network address parse error during conversion from string: ${JSON.stringify(text)}`);
  }
  contains(address: Address): boolean {
    if (address.family !== this.address.family) return false;
    const family = this.address.family === 4 ? 'ipv4' : 'ipv6';
    const list = new BlockList();
    list.addSubnet(this.address.text, this.bits, family);
    return list.check(address.text, family);
  }
}

function succeeds(make: () => unknown): boolean {
  try {
    make();
    return true;
  } catch {
    return false;
  }
}

function registerAddresses(environment: Environment): void {
  environment
    .registerType('net.IP', Address)
    .registerType('net.CIDR', Network)
    .registerFunction('ip(string): net.IP', (text: string) => new Address(text))
    .registerFunction('isIP(string): bool', (text: string) => isIP(text) !== 0)
    .registerFunction('net.IP.family(): int', (address: Address) => BigInt(address.family))
    .registerFunction('cidr(string): net.CIDR', (text: string) => new Network(text))
    .registerFunction('isCIDR(string): bool', (text: string) => succeeds(() => new Network(text)))
    .registerFunction('net.CIDR.prefixLength(): int', (network: Network) => BigInt(network.bits))
    .registerFunction('net.CIDR.ip(): net.IP', (network: Network) => network.address)
    .registerFunction('net.CIDR.containsIP(string): bool', (network: Network, text: string) =>
      network.contains(new Address(text)),
    )
    .registerFunction('net.CIDR.containsIP(net.IP): bool', (network: Network, address: Address) =>
      network.contains(address),
    );
}

class Amount {
  readonly quantity: Quantity;
  constructor(text: string) {
    this.quantity = parseQuantity(text);
  }
}

function registerQuantities(environment: Environment): Environment {
  const compare = (a: Amount, b: Amount): number => compareQuantities(a.quantity, b.quantity);
  return environment
    .registerType('kubernetes.Quantity', Amount)
    .registerFunction('quantity(string): kubernetes.Quantity', (text: string) => new Amount(text))
    .registerFunction('isQuantity(string): bool', (text: string) => succeeds(() => new Amount(text)))
    .registerFunction(
      'kubernetes.Quantity.isGreaterThan(kubernetes.Quantity): bool',
      (a: Amount, b: Amount) => compare(a, b) > 0,
    )
    .registerFunction(
      'kubernetes.Quantity.isLessThan(kubernetes.Quantity): bool',
      (a: Amount, b: Amount) => compare(a, b) < 0,
    )
    .registerFunction('kubernetes.Quantity.compareTo(kubernetes.Quantity): int', (a: Amount, b: Amount) =>
      BigInt(Math.sign(compare(a, b))),
    )
    .registerFunction('kubernetes.Quantity.sign(): int', (a: Amount) => BigInt(Math.sign(compare(a, new Amount('0')))));
}

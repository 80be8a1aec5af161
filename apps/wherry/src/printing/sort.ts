import { CliError } from '../cli/errors.ts';
import { findValues } from '../jsonpath/evaluate.ts';
import { parseRelaxed } from '../jsonpath/parse.ts';
import { goText } from './go-text.ts';

/** Sorts by the field that a JSONPath names: numbers by size, quantities by amount, other text in natural order. */
export function sortByPath<T>(items: readonly T[], path: string, objectOf: (item: T) => unknown): T[] {
  const nodes = parseRelaxed(path);
  const keyed = items.map((item) => ({ item, key: findValues(nodes, objectOf(item))[0] }));
  return keyed.toSorted((a, b) => compareValues(a.key, b.key)).map(({ item }) => item);
}

function compareValues(a: unknown, b: unknown): number {
  if (a === undefined || a === null) return b === undefined || b === null ? 0 : -1;
  if (b === undefined || b === null) return 1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [goText(a), goText(b)];
  const [x, y] = [quantity(left), quantity(right)];
  return x !== undefined && y !== undefined ? x - y : naturalOrder(left, right);
}

const suffixes: Record<string, number> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

function quantity(text: string): number | undefined {
  const match = /^([-+]?(?:\d+\.?\d*|\.\d+))([numkMGTPE]|[KMGTPE]i)?$/.exec(text);
  return match ? Number(match[1]) * (suffixes[match[2] ?? ''] ?? 1) : undefined;
}

/** Runs of digits compare as numbers: pod-2 comes before pod-10. */
export function naturalOrder(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.match(/\d+|\D+/g) ?? []) as unknown as [string[], string[]];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [x = '', y = ''] = [left[i], right[i]];
    const bothNumbers = /^\d/.test(x) && /^\d/.test(y);
    const difference = bothNumbers ? Number(x) - Number(y) : x < y ? -1 : x > y ? 1 : 0;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** A path that leads nowhere in any of the objects is likely a mistake. Throws CliError in kubectl's words. */
export function requireSomeField(objects: readonly unknown[], path: string): void {
  const nodes = parseRelaxed(path);
  if (objects.length === 0 || objects.some((object) => findValues(nodes, object).length > 0)) return;
  const shown = path.startsWith('{') ? path : `{${path.startsWith('.') ? '' : '.'}${path}}`;
  throw new CliError(`couldn't find any field with path ${JSON.stringify(shown)} in the list of objects`);
}

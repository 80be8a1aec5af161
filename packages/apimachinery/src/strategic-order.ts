import { deepEqual } from './copy.ts';

export type KeyOf = (item: unknown) => unknown;

/**
 * $setElementOrder: items named in `order` stand in that order; the others keep the order they had in the live list
 * and are woven in before the first named item that followed them there.
 */
export function orderElements(merged: unknown[], order: unknown[], live: unknown[], keyOf: KeyOf): unknown[] {
  const wanted = ranks(order, keyOf);
  const server = ranks(live, keyOf);
  const named = merged.filter((item) => wanted.has(keyOf(item)));
  const others = merged.filter((item) => !wanted.has(keyOf(item)));
  const rank = (of: Map<unknown, number>, item: unknown): number => of.get(keyOf(item)) ?? Number.MAX_SAFE_INTEGER;
  named.sort((a, b) => rank(wanted, a) - rank(wanted, b));
  others.sort((a, b) => rank(server, a) - rank(server, b));
  return weave(others, named, server, keyOf);
}

function weave(left: unknown[], right: unknown[], server: Map<unknown, number>, keyOf: KeyOf): unknown[] {
  const result: unknown[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) {
    const [a, b] = [server.get(keyOf(left[i])), server.get(keyOf(right[j]))];
    if (a !== undefined && b !== undefined && a < b) result.push(left[i++]);
    else result.push(right[j++]);
  }
  return [...result, ...left.slice(i), ...right.slice(j)];
}

function ranks(list: unknown[], keyOf: KeyOf): Map<unknown, number> {
  return new Map(list.map((item, index) => [keyOf(item), index]));
}

/** Whether two lists of keys are the same, in the same order. */
export function sameOrder(a: unknown[], b: unknown[], keyOf: KeyOf): boolean {
  return deepEqual(a.map(keyOf), b.map(keyOf));
}

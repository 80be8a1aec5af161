import type { Unstructured } from '../resources/unstructured.ts';

type Data = Record<string, unknown>;

/** A Secret's values never reach the terminal: what differs says only that it does. */
export function maskSecret(
  before: Unstructured | undefined,
  after: Unstructured | undefined,
): [Unstructured | undefined, Unstructured | undefined] {
  const kind = before ?? after;
  if (kind?.kind !== 'Secret' || kind.apiVersion !== 'v1') return [before, after];
  const [from, to] = [dataOf(before), dataOf(after)];
  const masked = (own: Data, other: Data, word: string): Data =>
    Object.fromEntries(
      Object.keys(own).map((key) => [key, key in other && own[key] !== other[key] ? `*** (${word})` : '***']),
    );
  return [withData(before, masked(from, to, 'before')), withData(after, masked(to, from, 'after'))];
}

function dataOf(object: Unstructured | undefined): Data {
  return (object?.['data'] ?? {}) as Data;
}

function withData(object: Unstructured | undefined, data: Data): Unstructured | undefined {
  return object && object['data'] ? { ...object, data } : object;
}

/** Go's encoding/json: sorted keys, four spaces, `<`, `>` and `&` escaped. */
export function toJson(value: unknown, indent = 4): string {
  return `${escapeJson(JSON.stringify(sortKeys(value), null, indent))}\n`;
}

/** The same on one line. */
export function toCompactJson(value: unknown): string {
  return escapeJson(JSON.stringify(sortKeys(value)));
}

export function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const sorted: Record<string, unknown> = {};
  for (const key of Object.keys(value).toSorted()) {
    const inner = (value as Record<string, unknown>)[key];
    if (inner === undefined) continue;
    Object.defineProperty(sorted, key, {
      value: sortKeys(inner),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return sorted;
}

const escapes: Record<string, string> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

export function escapeJson(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, (c) => escapes[c] ?? c);
}

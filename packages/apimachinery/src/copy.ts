/** A deep copy of JSON data. Keys whose value is undefined stay, as they never reach the wire. */
export function clone<T>(value: T): T {
  return copy(value) as T;
}

function copy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const list: unknown[] = new Array(value.length);
    for (let i = 0; i < value.length; i++) list[i] = copy(value[i]);
    return list;
  }
  // The spread defines own properties, `__proto__` too, so that the assignments below stay on the copy itself.
  const object = { ...(value as Record<string, unknown>) };
  for (const key in object) {
    const inner = object[key];
    if (typeof inner === 'object' && inner !== null) object[key] = copy(inner);
  }
  return object;
}

/** Equality of JSON data. A key whose value is undefined counts as absent; an empty list or map does not. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null)
    return Number.isNaN(a) && Number.isNaN(b);
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!deepEqual(a[i], b[i])) return false;
    return true;
  }
  if (Array.isArray(b)) return false;
  return sameKeys(a as Record<string, unknown>, b as Record<string, unknown>);
}

function sameKeys(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  let count = 0;
  for (const key in a) {
    const value = a[key];
    if (value === undefined) continue;
    count++;
    if (!Object.hasOwn(b, key) || !deepEqual(value, b[key])) return false;
  }
  for (const key in b) if (b[key] !== undefined) count--;
  return count === 0;
}

/** Semantic equality, as upstream's apiequality.Semantic: absent, empty list and empty map are the same. */
export function semanticEqual(a: unknown, b: unknown): boolean {
  return deepEqual(withoutEmpty(a), withoutEmpty(b));
}

function withoutEmpty(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value === null ? undefined : value;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map((item) => withoutEmpty(item) ?? {});
  const object = { ...(value as Record<string, unknown>) };
  let some = false;
  for (const key in object) {
    object[key] = withoutEmpty(object[key]);
    if (object[key] !== undefined) some = true;
  }
  return some ? object : undefined;
}

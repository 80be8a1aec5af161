import { deepEqual } from '@wherry/apimachinery';

/** The paths that differ, old and new, one a line: enough to see what the server refused. Bounded. */
export function specDifference(old: unknown, next: unknown): string {
  const lines: string[] = [];
  collect(old, next, '', lines);
  return lines.slice(0, maxLines).join('\n');
}

const maxLines = 20;

function collect(old: unknown, next: unknown, path: string, lines: string[]): void {
  if (lines.length >= maxLines || deepEqual(old, next)) return;
  if (!isObject(old) || !isObject(next) || Array.isArray(old) !== Array.isArray(next)) {
    if (old !== undefined) lines.push(`- ${path}: ${JSON.stringify(old)}`);
    if (next !== undefined) lines.push(`+ ${path}: ${JSON.stringify(next)}`);
    return;
  }
  for (const key of new Set([...Object.keys(old), ...Object.keys(next)])) {
    const inner = Array.isArray(old) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    collect(valueAt(old, key), valueAt(next, key), inner, lines);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
function valueAt(object: object, key: string): unknown {
  return Object.hasOwn(object, key) ? (object as Record<string, unknown>)[key] : undefined;
}

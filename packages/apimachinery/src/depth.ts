import { badRequest } from './status.ts';

/** Walkers of JSON recurse; data from outside is refused beyond this depth, long before the stack would end. */
export const maxDepth = 1000;

/** @throws StatusError 400 */
export function checkDepth(value: unknown, limit = maxDepth): void {
  if (exceedsDepth(value, limit)) throw badRequest('exceeded max depth');
}

export function exceedsDepth(value: unknown, limit = maxDepth): boolean {
  let level: object[] = typeof value === 'object' && value !== null ? [value] : [];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth >= limit) return true;
    const next: object[] = [];
    for (const item of level) {
      for (const inner of Array.isArray(item) ? (item as unknown[]) : Object.values(item)) {
        if (typeof inner === 'object' && inner !== null) next.push(inner);
      }
    }
    level = next;
  }
  return false;
}

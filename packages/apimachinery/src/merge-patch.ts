import { clone, deepEqual } from './copy.ts';
import { checkDepth } from './depth.ts';
import { getOwn, isMap, setOwn, type JsonMap } from './own-key.ts';

/** RFC 7386. Neither argument is changed, and the result shares nothing with the document. */
export function mergePatch(document: unknown, patch: unknown): unknown {
  checkDepth(patch);
  return merge(clone(document), patch);
}

function merge(target: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch;
  const result: JsonMap = isMap(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else setOwn(result, key, merge(getOwn(result, key), value));
  }
  return result;
}

/** The RFC 7386 patch that makes `to` of `from`. A null inside `to` cannot be expressed; it reads as absent. */
export function createMergePatch(from: unknown, to: unknown): unknown {
  if (!isMap(from) || !isMap(to)) return clone(to);
  const patch: JsonMap = {};
  for (const [key, value] of Object.entries(to)) {
    const before = getOwn(from, key);
    if (value === undefined || deepEqual(before, value)) continue;
    setOwn(patch, key, isMap(before) && isMap(value) ? createMergePatch(before, value) : clone(value));
  }
  for (const key of Object.keys(from)) {
    if (from[key] !== undefined && getOwn(to, key) === undefined) setOwn(patch, key, null);
  }
  return patch;
}

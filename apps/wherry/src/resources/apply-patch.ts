import { createThreeWayPatch, deepEqual, isMap, type JsonMap } from '@wherry/apimachinery';
import { findResource } from '@wherry/api';
import type { ApiResource } from './mapping.ts';
import type { Unstructured } from './unstructured.ts';

export interface ApplyPatch {
  readonly patch: JsonMap;
  readonly contentType: string;
}

/**
 * What `apply` sends: additions and changes are what the new configuration says and the live object does not; removals
 * are what the configuration applied last had and the new one has not. Kinds we know get a strategic merge patch,
 * others a JSON merge patch.
 */
export function createApplyPatch(
  resource: ApiResource,
  original: Unstructured | undefined,
  modified: Unstructured,
  current: Unstructured,
): ApplyPatch {
  const known = findResource(resource.group, resource.version, resource.plural);
  if (known) {
    const patch = createThreeWayPatch(known.schema, original ?? {}, modified, current);
    return { patch, contentType: 'application/strategic-merge-patch+json' };
  }
  return { patch: mergeThreeWay(original ?? {}, modified, current), contentType: 'application/merge-patch+json' };
}

function mergeThreeWay(original: object, modified: object, current: object): JsonMap {
  const patch: JsonMap = {};
  const [before, wanted, live] = [original as JsonMap, modified as JsonMap, current as JsonMap];
  for (const key of Object.keys(before)) {
    if (!(key in wanted) && key in live) patch[key] = null;
  }
  for (const [key, value] of Object.entries(wanted)) {
    const now = live[key];
    if (isMap(value) && isMap(now)) {
      const old = before[key];
      const inner = mergeThreeWay(isMap(old) ? old : {}, value, now);
      if (Object.keys(inner).length > 0) patch[key] = inner;
    } else if (!deepEqual(value, now)) {
      patch[key] = value;
    }
  }
  return patch;
}

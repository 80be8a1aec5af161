import { fieldInvalid } from '@wherry/apimachinery';
import type { Findings } from './value-rules.ts';

export function* noBacksteps(path: string, field: string): Findings {
  if (path.split('/').includes('..')) yield fieldInvalid(field, path, "must not contain '..'");
}

/** Relative, and it never climbs. */
export function* localDescendingPath(path: string, field: string): Findings {
  if (path.startsWith('/')) yield fieldInvalid(field, path, 'must be a relative path');
  yield* noBacksteps(path, field);
}

/** The same, and no first part that the kubelet keeps for itself (`..data`). */
export function* localNonReservedPath(path: string, field: string): Findings {
  yield* localDescendingPath(path, field);
  if (path.startsWith('..') && !path.startsWith('../')) {
    yield fieldInvalid(field, path, "must not start with '..'");
  }
}

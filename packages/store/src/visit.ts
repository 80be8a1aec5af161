import { beforeEnd } from './byte-string.ts';
import type { KeyRange } from './etcd-store.ts';
import { versionAt, type State, type Version } from './state.ts';

/** Keys of the range that are live at `revision`, in order, until `seen` returns false. */
export function visit(
  state: State,
  { key, rangeEnd }: KeyRange,
  revision: number,
  seen: (key: string, version: Version) => boolean,
): void {
  if (rangeEnd === undefined || rangeEnd === '') {
    const history = state.index.get(key);
    const version = history === undefined ? undefined : versionAt(history, revision);
    if (version !== undefined) seen(key, version);
    return;
  }
  state.index.scan(key, (history) => {
    if (!beforeEnd(history.key, rangeEnd)) return false;
    const version = versionAt(history, revision);
    return version === undefined ? true : seen(history.key, version);
  });
}

export function liveKeys(state: State, range: KeyRange): string[] {
  const keys: string[] = [];
  visit(state, range, Number.POSITIVE_INFINITY, (key) => {
    keys.push(key);
    return true;
  });
  return keys;
}

/** How many live keys there are, counted no further than `most`. */
export function countUpTo(state: State, range: KeyRange, most: number): number {
  let count = 0;
  visit(state, range, Number.POSITIVE_INFINITY, () => ++count < most);
  return count;
}

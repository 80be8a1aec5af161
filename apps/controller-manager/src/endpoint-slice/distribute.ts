import { deepEqual } from '@wherry/apimachinery';
import type { Endpoint, EndpointSlice } from '@wherry/api';
import { endpointKey } from './endpoint.ts';

/** An existing slice, or a new one, and the endpoints it is to have. */
export interface SliceContent {
  readonly slice: EndpointSlice | undefined;
  readonly endpoints: readonly Endpoint[];
  readonly changed: boolean;
}

/**
 * Puts the desired endpoints of one set of ports into its slices with few writes, as upstream: endpoints stay where
 * they are; what is left over fills slices that change anyway, then one more existing slice if all of it fits there,
 * then new slices.
 */
export function distribute(
  slices: readonly EndpointSlice[],
  desired: readonly Endpoint[],
  max: number,
): SliceContent[] {
  const wanted = new Map(desired.map((endpoint) => [endpointKey(endpoint), endpoint]));
  const contents = slices.map((slice) => keep(slice, wanted));
  const rest = [...wanted.values()];
  for (const content of contents) if (content.changed) fill(content, rest, max);
  if (rest.length > 0) {
    // The fullest that still has the room.
    const roomy = contents
      .filter((content) => !content.changed && content.endpoints.length + rest.length <= max)
      .toSorted((a, b) => b.endpoints.length - a.endpoints.length)[0];
    if (roomy !== undefined) fill(roomy, rest, max);
  }
  while (rest.length > 0) {
    const fresh: Draft = { slice: undefined, endpoints: [], changed: true };
    fill(fresh, rest, max);
    contents.push(fresh);
  }
  return contents;
}

interface Draft {
  readonly slice: EndpointSlice | undefined;
  endpoints: Endpoint[];
  changed: boolean;
}

function keep(slice: EndpointSlice, wanted: Map<string, Endpoint>): Draft {
  const draft: Draft = { slice, endpoints: [], changed: false };
  for (const endpoint of slice.endpoints ?? []) {
    const key = endpointKey(endpoint);
    const now = wanted.get(key);
    if (now === undefined) {
      draft.changed = true;
      continue;
    }
    wanted.delete(key);
    draft.endpoints.push(now);
    if (!deepEqual(now, endpoint)) draft.changed = true;
  }
  return draft;
}

function fill(draft: Draft, rest: Endpoint[], max: number): void {
  const taken = rest.splice(0, Math.max(0, max - draft.endpoints.length));
  if (taken.length === 0) return;
  draft.endpoints.push(...taken);
  draft.changed = true;
}

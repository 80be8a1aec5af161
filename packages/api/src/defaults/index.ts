import type { KubeObject } from '@wherry/apimachinery';
import type { Resource } from '../resource.ts';
import { defaultsByKind } from './kinds.ts';

/** Fills in, in place, what upstream's defaulting fills in. Running it twice changes nothing. */
export function applyDefaults(resource: Pick<Resource, 'group' | 'kind' | 'rules'>, object: KubeObject): void {
  if (resource.rules) resource.rules.applyDefaults(object);
  else defaultsByKind[`${resource.group}/${resource.kind}`]?.(object as never);
}

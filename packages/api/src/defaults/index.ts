import type { KubeObject } from '@wherry/apimachinery';
import type { Resource } from '../resource.ts';
import { defaultsByKind } from './kinds.ts';

type Defaulted = Pick<Resource, 'group' | 'kind' | 'rules'> & Partial<Pick<Resource, 'version'>>;

/** Fills in, in place, what upstream's defaulting fills in. Running it twice changes nothing. */
export function applyDefaults(resource: Defaulted, object: KubeObject): void {
  const { group, version, kind } = resource;
  if (resource.rules) resource.rules.applyDefaults(object);
  else (defaultsByKind[`${group}/${version}/${kind}`] ?? defaultsByKind[`${group}/${kind}`])?.(object as never);
}

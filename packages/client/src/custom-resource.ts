import { object, type KubeObject } from '@wherry/apimachinery';
import type { Resource } from '@wherry/api';

export interface CustomResourceNames {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  /** true unless told. */
  readonly namespaced?: boolean | undefined;
}

/** A kind of somebody's own, for ResourceClient and Informer: they need its names alone, and the type is the caller's word. */
export function customResource<T extends KubeObject>(names: CustomResourceNames): Resource<T> {
  const { group, version, kind, plural, namespaced = true } = names;
  return {
    group,
    version,
    kind,
    plural,
    namespaced,
    singular: kind.toLowerCase(),
    shortNames: [],
    categories: [],
    schema: object('', {}),
    subresources: [],
    columns: [],
    selectableFields: {},
    custom: true,
  };
}

import type { KubeObject } from '@wherry/apimachinery';
import type { ObjectReference } from '@wherry/api';

/** `namespace/name`, or `name` for what has no namespace. */
export function keyOf(object: { readonly metadata: KubeObject['metadata'] }): string {
  const { namespace, name } = object.metadata;
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
}

export function splitKey(key: string): { namespace: string; name: string } {
  const slash = key.indexOf('/');
  return slash === -1 ? { namespace: '', name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/**
 * What an Event says of its object. Items of a list may come without kind: give `type` then.
 */
export function objectReference(
  object: KubeObject,
  type?: { readonly apiVersion: string; readonly kind: string },
): ObjectReference {
  const { name, namespace, uid, resourceVersion } = object.metadata;
  return {
    apiVersion: object.apiVersion ?? type?.apiVersion,
    kind: object.kind ?? type?.kind,
    namespace,
    name,
    uid,
    resourceVersion,
  };
}

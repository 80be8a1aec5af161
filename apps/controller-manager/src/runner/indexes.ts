import type { KubeObject } from '@wherry/apimachinery';
import type { EndpointSlice, Pod, Resource } from '@wherry/api';
import type { Indexers } from '@wherry/client';

/** The label by which an EndpointSlice names its Service. */
export const serviceNameLabel = 'kubernetes.io/service-name';

const everywhere: Indexers<KubeObject> = {
  namespace: (object) => [object.metadata.namespace ?? ''],
  uid: (object) => (object.metadata.uid === undefined ? [] : [object.metadata.uid]),
  owner: (object) => object.metadata.ownerReferences?.map((reference) => reference.uid) ?? [],
  orphan: (object) => (isControlled(object) ? [] : [object.metadata.namespace ?? '']),
};

/**
 * The indexes of every informer: `namespace`, `uid`, `owner` (uids), `orphan` (the namespace of what no controller
 * owns), pods by `node`, slices by `service` (key).
 */
export function indexersOf(resource: Resource): Indexers<KubeObject> {
  if (resource.group === '' && resource.plural === 'pods') {
    return { ...everywhere, node: (object) => present((object as Pod).spec.nodeName) };
  }
  if (resource.group === 'discovery.k8s.io' && resource.plural === 'endpointslices') {
    return { ...everywhere, service: (object) => sliceService(object as EndpointSlice) };
  }
  return everywhere;
}

export function sliceService(slice: EndpointSlice): string[] {
  const name = slice.metadata.labels?.[serviceNameLabel];
  return name === undefined || name === '' ? [] : [`${slice.metadata.namespace ?? ''}/${name}`];
}

function isControlled(object: KubeObject): boolean {
  return object.metadata.ownerReferences?.some((reference) => reference.controller === true) === true;
}

function present(value: string | undefined): string[] {
  return value === undefined || value === '' ? [] : [value];
}

import type { KubeObject } from '@wherry/apimachinery';

/** What fieldSelector may name of any object of a namespace. */
export const metadataFields = {
  'metadata.name': (object: KubeObject): string => object.metadata.name,
  'metadata.namespace': (object: KubeObject): string => object.metadata.namespace ?? '',
};

/** The same for cluster-scoped objects. */
export const nameField = { 'metadata.name': metadataFields['metadata.name'] };

/** What most resources have in common. */
export const namespacedV1 = {
  version: 'v1',
  shortNames: [],
  categories: [],
  namespaced: true,
  subresources: [],
} as const;

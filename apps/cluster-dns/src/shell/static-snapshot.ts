import { readFileSync } from 'node:fs';
import type { EndpointSlice, Namespace, Pod, Service } from '@wherry/api';
import type { ClusterIndex } from '../core/cluster-index.ts';

type Known = Service | EndpointSlice | Namespace | Pod;

/** Fills an index from a JSON file: a List, or an array, of objects of the kinds that names are made of. @throws {Error} */
export function loadStaticSnapshot(path: string, index: ClusterIndex): number {
  const document = JSON.parse(readFileSync(path, 'utf8')) as { items?: unknown } | unknown[];
  const items = Array.isArray(document) ? document : document.items;
  if (!Array.isArray(items)) throw new Error(`${path}: expected a list of objects`);
  for (const item of items) add(item as Known, index, path);
  index.synced = true;
  return items.length;
}

function add(object: Known, index: ClusterIndex, path: string): void {
  switch (object.kind) {
    case 'Service':
      return index.setService(object as Service);
    case 'EndpointSlice':
      return index.setSlice(object as EndpointSlice);
    case 'Namespace':
      return index.setNamespace(object as Namespace);
    case 'Pod':
      return index.setPod(object as Pod);
    default:
      throw new Error(`${path}: names are not made of kind ${JSON.stringify(object.kind)}`);
  }
}

import type { KubeObject, ListMeta } from '@wherry/apimachinery';
import type { Entry } from '../cache/entry.ts';
import type { Piece } from '../cache/piece.ts';

/** What objects are turned into, as pieces of JSON: the objects themselves, their metadata, rows of a table. */
export interface JsonForm {
  /** Forms with the same name have the same events. */
  readonly name: string;
  /** A list up to its first item; `]}` follows the last. */
  head(meta: ListMeta): string;
  item(entry: Entry): readonly Piece[];
  /** An answer that is about one object. */
  one(entry: Entry): readonly Piece[];
  /** The object of a watch event. */
  event(entry: Entry): readonly Piece[];
  bookmark(revision: number, annotations: Record<string, string> | undefined): object;
  /** The bytes of an item, where they are known without making it. */
  size?(entry: Entry): number;
}

/** What a bookmark carries: nothing but a revision. */
export function emptyObject(
  kind: string,
  apiVersion: string,
  revision: number,
  annotations?: Record<string, string>,
): KubeObject {
  const metadata = {
    resourceVersion: String(revision),
    creationTimestamp: null,
    ...(annotations ? { annotations } : {}),
  };
  return { kind, apiVersion, metadata } as unknown as KubeObject;
}

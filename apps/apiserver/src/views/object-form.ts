import { apiVersionOf } from '@wherry/api';
import type { Entry } from '../cache/entry.ts';
import type { Piece } from '../cache/piece.ts';
import type { Served } from '../registry/served.ts';
import { emptyObject, type JsonForm } from './json-form.ts';

/** Objects as they are: the cached bytes, never encoded again. */
export function createObjectForm(served: Served): JsonForm {
  const { resource, conversion } = served;
  const apiVersion = apiVersionOf(resource);
  const converted = new WeakMap<Entry, Buffer>();
  const bytesOf = (entry: Entry): Piece => {
    if (!conversion) return entry;
    let bytes = converted.get(entry);
    if (!bytes) {
      bytes = Buffer.from(JSON.stringify(conversion.fromStorage(entry.object)));
      converted.set(entry, bytes);
    }
    return bytes;
  };
  const item = (entry: Entry) => [bytesOf(entry)];
  return {
    name: `object ${apiVersion}`,
    head: (meta) =>
      `{"kind":"${resource.listKind ?? `${resource.kind}List`}","apiVersion":"${apiVersion}","metadata":${JSON.stringify(meta)},"items":[`,
    item,
    one: item,
    event: item,
    bookmark: (revision, annotations) => emptyObject(resource.kind, apiVersion, revision, annotations),
    ...(conversion ? {} : { size: (entry: Entry) => entry.byteLength }),
  };
}

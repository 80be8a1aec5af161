import type { Entry } from '../cache/entry.ts';
import { emptyObject } from './json-view.ts';
import { frameOf, type View } from './view.ts';

/** meta.k8s.io/v1 PartialObjectMetadata: what the garbage collector and others need of any kind. */
export function createPartialView(): View {
  const textOf = (entry: Entry): string => JSON.stringify(partialOf(entry));
  return {
    name: 'partial',
    contentType: 'application/json',
    watchContentType: 'application/json',
    one: (entry) => Buffer.from(`${textOf(entry)}\n`),
    list: (entries, meta) => ({
      body: (function* () {
        yield Buffer.from(
          `{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","metadata":${JSON.stringify(meta)},"items":[`,
        );
        let separator = '';
        for (const entry of entries) {
          yield Buffer.from(separator + textOf(entry));
          separator = ',';
        }
        yield Buffer.from(']}\n');
      })(),
    }),
    frame: (type, entry) => frameOf(type, textOf(entry)),
    bookmark: (revision, annotations) =>
      frameOf(
        'BOOKMARK',
        JSON.stringify(emptyObject('PartialObjectMetadata', 'meta.k8s.io/v1', revision, annotations)),
      ),
  };
}

export function partialOf(entry: Entry): object {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: entry.object.metadata };
}

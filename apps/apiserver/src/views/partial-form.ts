import type { Entry } from '../cache/entry.ts';
import { emptyObject, type JsonForm } from './json-form.ts';

const tail = Buffer.from('}');

/**
 * meta.k8s.io PartialObjectMetadata: what the garbage collector and others need of any kind. Cut out of the cached bytes;
 * nothing is parsed.
 */
export function createPartialForm(version: string): JsonForm {
  const apiVersion = `meta.k8s.io/${version}`;
  const head = Buffer.from(`{"kind":"PartialObjectMetadata","apiVersion":"${apiVersion}","metadata":`);
  const item = (entry: Entry) => [head, entry.metadata, tail];
  return {
    name: `partial ${version}`,
    head: (meta) =>
      `{"kind":"PartialObjectMetadataList","apiVersion":"${apiVersion}","metadata":${JSON.stringify(meta)},"items":[`,
    item,
    one: item,
    event: item,
    bookmark: (revision, annotations) => emptyObject('PartialObjectMetadata', apiVersion, revision, annotations),
  };
}

import type { KubeObject } from '@wherry/apimachinery';
import { apiVersionOf } from '@wherry/api';
import type { Entry } from '../cache/entry.ts';
import type { FrameType } from '../cache/watcher.ts';
import type { Served } from '../registry/served.ts';
import { frameOf, type View } from './view.ts';

const comma = Buffer.from(',');
const listEnd = Buffer.from(']}\n');
const newline = Buffer.from('\n');

/** Objects as they are: the cached bytes, never encoded again. */
export function createJsonView(served: Served): View {
  const { resource, conversion } = served;
  const apiVersion = apiVersionOf(resource);
  const converted = new WeakMap<Entry, Buffer>();
  const bytesOf = (entry: Entry): Buffer => {
    if (!conversion) return entry.wire;
    let bytes = converted.get(entry);
    if (!bytes) {
      bytes = Buffer.from(JSON.stringify(conversion.fromStorage(entry.object)));
      converted.set(entry, bytes);
    }
    return bytes;
  };
  return {
    name: `json ${apiVersion}`,
    contentType: 'application/json',
    watchContentType: 'application/json',
    one: (entry) => Buffer.concat([bytesOf(entry), newline]),
    list(entries, meta) {
      const head = Buffer.from(
        `{"kind":"${resource.kind}List","apiVersion":"${apiVersion}","metadata":${JSON.stringify(meta)},"items":[`,
      );
      let length = head.length + listEnd.length + Math.max(0, entries.length - 1);
      if (conversion) return { body: pieces(head, entries, bytesOf) };
      for (const entry of entries) length += entry.wire.length;
      return { body: pieces(head, entries, bytesOf), length };
    },
    frame: (type: FrameType, entry: Entry) => frameOf(type, bytesOf(entry)),
    bookmark: (revision, annotations) =>
      frameOf('BOOKMARK', JSON.stringify(emptyObject(resource.kind, apiVersion, revision, annotations))),
  };
}

function* pieces(head: Buffer, entries: readonly Entry[], bytesOf: (entry: Entry) => Buffer): Iterable<Buffer> {
  yield head;
  let first = true;
  for (const entry of entries) {
    if (!first) yield comma;
    first = false;
    yield bytesOf(entry);
  }
  yield listEnd;
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

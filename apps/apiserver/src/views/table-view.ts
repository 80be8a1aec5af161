import type { ListMeta } from '@wherry/apimachinery';
import type { Entry } from '../cache/entry.ts';
import { objectOf, type Served } from '../registry/served.ts';
import { emptyObject } from './json-view.ts';
import { partialOf } from './partial-view.ts';
import { frameOf, type View } from './view.ts';
import { apiVersionOf } from '@wherry/api';

export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** meta.k8s.io/v1 Table: server-side printing. Ages are of `now`, so that a table is of one request only. */
export function createTableView(served: Served, now: Date, include: IncludeObject): View {
  const { resource } = served;
  const columns = JSON.stringify(
    resource.columns.map(({ name, type, format, description, priority }) => ({
      name,
      type,
      format: format ?? '',
      description: description ?? '',
      priority,
    })),
  );
  let watchStarted = false;
  const rowOf = (entry: Entry, at: Date): string => {
    const object = objectOf(served, entry);
    const cells = resource.columns.map((column) => column.cell(object, at));
    return JSON.stringify({ cells, object: includedObject(served, entry, include) });
  };
  const head = (meta: ListMeta, withColumns: boolean): string =>
    `{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":${JSON.stringify(meta)},"columnDefinitions":${withColumns ? columns : '[]'},"rows":[`;
  const table = (entry: Entry, at: Date, withColumns: boolean): string =>
    `${head({ resourceVersion: String(entry.revision) }, withColumns)}${rowOf(entry, at)}]}`;
  return {
    // Not shared with other watches: the first frame of each brings the columns.
    name: `table ${tables++}`,
    contentType: 'application/json',
    watchContentType: 'application/json',
    one: (entry) => Buffer.from(`${table(entry, now, true)}\n`),
    list: (entries, meta) => ({
      body: (function* () {
        yield Buffer.from(head(meta, true));
        let separator = '';
        for (const entry of entries) {
          yield Buffer.from(separator + rowOf(entry, now));
          separator = ',';
        }
        yield Buffer.from(']}\n');
      })(),
    }),
    frame(type, entry) {
      const first = !watchStarted;
      watchStarted = true;
      return frameOf(type, table(entry, new Date(), first));
    },
    bookmark(revision, annotations) {
      // As upstream: a table with one row, whose object carries the revision.
      const object = emptyObject(resource.kind, apiVersionOf(resource), revision, annotations);
      return frameOf(
        'BOOKMARK',
        `${head({ resourceVersion: String(revision) }, false)}${JSON.stringify({ cells: [], object })}]}`,
      );
    },
  };
}

let tables = 0;

function includedObject(served: Served, entry: Entry, include: IncludeObject): unknown {
  if (include === 'None') return null;
  return include === 'Metadata' ? partialOf(entry) : objectOf(served, entry);
}

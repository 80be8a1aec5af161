import { apiVersionOf } from '@wherry/api';
import type { ListMeta } from '@wherry/apimachinery';
import type { Entry } from '../cache/entry.ts';
import type { Piece } from '../cache/piece.ts';
import type { Served } from '../registry/served.ts';
import { emptyObject, type JsonForm } from './json-form.ts';
import type { Rows } from './table-rows.ts';

export type IncludeObject = 'None' | 'Metadata' | 'Object';

export interface TableOptions {
  version: string;
  now(): Date;
  include: IncludeObject;
  /** How the object of a row is shown. */
  object: JsonForm | undefined;
}

const rowObject = Buffer.from(',"object":');
const rowWithoutObject = Buffer.from(',"object":null}');
const rowEnd = Buffer.from('}');
const tableEnd = Buffer.from(']}');
let watches = 0;

/** meta.k8s.io Table: server-side printing. The first event of a watch brings the columns. */
export function createTableForm(served: Served, rows: Rows, options: TableOptions): JsonForm {
  const { resource } = served;
  const { object, version } = options;
  const apiVersion = `meta.k8s.io/${version}`;
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
  const head = (meta: ListMeta, withColumns: boolean): string =>
    `{"kind":"Table","apiVersion":"${apiVersion}","metadata":${JSON.stringify(meta)},"columnDefinitions":${withColumns ? columns : '[]'},"rows":[`;
  const item = (entry: Entry): Piece[] => {
    const cells = Buffer.from(`{"cells":${rows.cells(entry, options.now())}`);
    return object === undefined ? [cells, rowWithoutObject] : [cells, rowObject, ...object.item(entry), rowEnd];
  };
  const table = (entry: Entry, withColumns: boolean): Piece[] => [
    Buffer.from(head({ resourceVersion: String(entry.revision) }, withColumns)),
    ...item(entry),
    tableEnd,
  ];
  return {
    // Not shared with other watches: which of them has begun already differs.
    name: `table ${watches++}`,
    head: (meta) => head(meta, true),
    item,
    one: (entry) => table(entry, true),
    event(entry) {
      const first = !watchStarted;
      watchStarted = true;
      return table(entry, first);
    },
    bookmark: (revision, annotations) => ({
      // As upstream: a table with one row, whose object carries the revision.
      kind: 'Table',
      apiVersion,
      metadata: { resourceVersion: String(revision) },
      columnDefinitions: [],
      rows: [{ cells: [], object: emptyObject(resource.kind, apiVersionOf(resource), revision, annotations) }],
    }),
  };
}

import { sameResource, type ApiResource } from '../resources/mapping.ts';
import { formatTable, type ServerTable, type TableOptions } from '../printing/table.ts';
import { sortByPath } from '../printing/sort.ts';
import { kindPrefixOf } from './get-tables.ts';

export interface TablePage {
  readonly resource: ApiResource;
  readonly table: ServerTable;
}

export interface PageFlags {
  readonly output: string;
  readonly 'no-headers': boolean;
  readonly 'all-namespaces': boolean;
  readonly 'show-labels': boolean;
  readonly 'show-kind': boolean;
  readonly 'label-columns': readonly string[];
  readonly 'sort-by': string;
}

/** The tables of one `get`, one under another: consecutive ones of the same resource share a header. */
export class TablePages {
  readonly #flags: PageFlags;
  readonly #pages: readonly TablePage[];

  constructor(flags: PageFlags, pages: readonly TablePage[]) {
    this.#flags = flags;
    this.#pages = pages;
  }

  print(): string {
    const groups: { resource: ApiResource; table: ServerTable }[] = [];
    for (const { resource, table } of this.#pages) {
      const last = groups.at(-1);
      const rows = table.rows ?? [];
      if (rows.length === 0) continue;
      if (last && sameResource(last.resource, resource)) {
        last.table = { ...last.table, rows: [...(last.table.rows ?? []), ...rows] };
      } else {
        groups.push({ resource, table });
      }
    }
    const several = this.#pages.some((p) => this.#pages[0] && !sameResource(p.resource, this.#pages[0].resource));
    let namespacesShown = false;
    return groups
      .map(({ resource, table }) => {
        // As kubectl: once a table had the column, those below it keep it.
        namespacesShown ||= this.#flags['all-namespaces'] && resource.namespaced;
        const options = { ...tableOptions(this.#flags, resource, several), withNamespace: namespacesShown };
        const sortBy = this.#flags['sort-by'];
        const rows = table.rows ?? [];
        const sorted = sortBy ? sortByPath(rows, sortBy, (row) => row.object) : rows;
        return formatTable(table.columnDefinitions, sorted, options);
      })
      .join(this.#flags['no-headers'] ? '' : '\n');
  }
}

export function tableOptions(flags: PageFlags, resource: ApiResource, several: boolean): TableOptions {
  return {
    wide: flags.output === 'wide',
    noHeaders: flags['no-headers'],
    withNamespace: flags['all-namespaces'] && resource.namespaced,
    showLabels: flags['show-labels'],
    labelColumns: flags['label-columns'],
    kindPrefix: several || flags['show-kind'] ? kindPrefixOf(resource) : undefined,
  };
}

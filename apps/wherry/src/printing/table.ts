import { layOut, tableLayout } from './tab-writer.ts';

/** meta.k8s.io/v1 Table, as the server prints it. */
export interface ServerTable {
  readonly kind: 'Table';
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly columnDefinitions: readonly TableColumn[];
  readonly rows: readonly TableRow[] | null;
}
export interface TableColumn {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly priority: number;
}
export interface TableRow {
  readonly cells: readonly unknown[];
  readonly object?: { readonly metadata?: RowMetadata; readonly [field: string]: unknown };
}
interface RowMetadata {
  readonly name?: string;
  readonly namespace?: string;
  readonly resourceVersion?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface TableOptions {
  readonly wide?: boolean | undefined;
  readonly noHeaders?: boolean | undefined;
  readonly withNamespace?: boolean | undefined;
  readonly showLabels?: boolean | undefined;
  readonly labelColumns?: readonly string[] | undefined;
  /** Put before each name: `pod/`. */
  readonly kindPrefix?: string | undefined;
}

export interface EventRow extends TableRow {
  /** ADDED, MODIFIED, DELETED: shown first when watch events are asked for. */
  readonly event?: string;
}

/** The header line of a table, cells separated by tabs. */
export function headerLine(columns: readonly TableColumn[], options: TableOptions, event = false): string {
  const names = columns.filter((c) => options.wide || c.priority === 0).map((c) => c.name.toUpperCase());
  return [
    ...(event ? ['EVENT'] : []),
    ...(options.withNamespace ? ['NAMESPACE'] : []),
    ...names,
    ...(options.labelColumns ?? []).map((key) => (key.split('/').at(-1) ?? key).toUpperCase()),
    ...(options.showLabels ? ['LABELS'] : []),
  ].join('\t');
}

export function rowLine(columns: readonly TableColumn[], row: EventRow, options: TableOptions): string {
  const metadata = row.object?.metadata;
  const cells = columns.flatMap((column, i) => {
    if (!options.wide && column.priority !== 0) return [];
    const text = cellText(row.cells[i]);
    return [column.format === 'name' && options.kindPrefix ? options.kindPrefix + text : text];
  });
  return [
    ...(row.event === undefined ? [] : [row.event]),
    ...(options.withNamespace ? [metadata?.namespace ?? ''] : []),
    ...cells,
    ...(options.labelColumns ?? []).map((key) => metadata?.labels?.[key] ?? ''),
    ...(options.showLabels ? [formatLabels(metadata?.labels)] : []),
  ].join('\t');
}

/** One page of rows under one header, laid out. */
export function formatTable(
  columns: readonly TableColumn[],
  rows: readonly EventRow[],
  options: TableOptions,
  remembered?: number[],
): string {
  const withEvent = rows.some((r) => r.event !== undefined);
  const lines = rows.map((row) => rowLine(columns, row, options));
  if (!options.noHeaders) lines.unshift(headerLine(columns, options, withEvent));
  return lines.length === 0 ? '' : `${layOut(lines.join('\n'), tableLayout, remembered)}\n`;
}

/** A line of cells must stay one line: text is cut at its first break, and control characters are shown, not sent. */
function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = Array.isArray(value) ? `[${value.join(' ')}]` : String(value as string | number | boolean);
  const cut = text.search(/[\f\n\r]/);
  const line = cut < 0 ? text : `${text.slice(0, cut)}...`;
  return line.replaceAll('\x1b', '^[').replaceAll('\t', ' ');
}

export function formatLabels(labels: Readonly<Record<string, string>> | undefined): string {
  const entries = Object.entries(labels ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? '<none>' : entries.map(([k, v]) => `${k}=${v}`).join(',');
}

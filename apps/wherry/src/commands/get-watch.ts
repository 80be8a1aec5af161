import { CliError, statusOf, throwGathered } from '../cli/errors.ts';
import { readLines } from '../connection/lines.ts';
import { resourcePath, type ApiResource } from '../resources/mapping.ts';
import { formatTable, type ServerTable, type TableColumn } from '../printing/table.ts';
import { splitOutput } from '../printing/printer.ts';
import type { Unstructured } from '../resources/unstructured.ts';
import { chooseForGet, customColumnsOf, printerForGet, type GetInvocation } from './get-choice.ts';
import { fetchTable, tableAccept } from './get-tables.ts';
import { tableOptions } from './get-pages.ts';

interface WatchFrame {
  readonly type: string;
  readonly object: ServerTable | Unstructured;
}

/** Prints what is there, and then every change until the command is stopped or the server ends the watch. */
export async function watchObjects(invocation: GetInvocation): Promise<void> {
  const { flags, session } = invocation;
  const { lists, infos, namespace } = await chooseForGet(invocation);
  if (lists.length > 1 || infos.length > 1) {
    throw new CliError('you may only specify a single resource type');
  }
  const resource = lists[0] ?? infos[0]?.resource;
  if (!resource) throw new CliError('you may only specify a single resource type');
  const scope = infos[0] ? infos[0].namespace : resource.namespaced ? namespace : undefined;
  const path = resourcePath(resource, scope);
  const name = infos[0]?.name;
  const query: Record<string, string | undefined> = {
    labelSelector: flags.selector || undefined,
    fieldSelector: name === undefined ? flags['field-selector'] || undefined : `metadata.name=${name}`,
  };
  const { format } = splitOutput(flags.output);
  const show =
    format === '' || format === 'wide'
      ? tableShower(invocation, resource)
      : await objectShower(invocation, format.startsWith('custom-columns'));
  const client = await session.client();
  // A named object must exist before it is watched.
  if (name !== undefined) await fetchTable(session, resourcePath(resource, scope, name), {});
  const first = await session.request<ServerTable | Unstructured>({ method: 'GET', path, query, ...show.accept });
  if (!flags['watch-only']) show.first(first);
  const answer = await client.stream({
    method: 'GET',
    path,
    query: { ...query, watch: 'true', resourceVersion: first.metadata?.resourceVersion },
    ...show.accept,
    signal: invocation.io.signal,
  });
  try {
    for await (const line of readLines(answer.body)) {
      const frame = JSON.parse(line) as WatchFrame;
      if (frame.type === 'BOOKMARK') continue;
      if (frame.type === 'ERROR') throw Object.assign(new Error('watch'), { status: frame.object });
      show.next(frame);
    }
  } catch (error) {
    if (!invocation.io.signal.aborted || statusOf(error)) throwGathered([error]);
  }
}

interface Shower {
  readonly accept: { accept?: string };
  first(answer: ServerTable | Unstructured): void;
  next(frame: WatchFrame): void;
}

function tableShower(invocation: GetInvocation, resource: ApiResource): Shower {
  const { flags } = invocation;
  const options = tableOptions(flags, resource, false);
  const remembered: number[] = [];
  let columns: readonly TableColumn[] | undefined;
  const show = (table: ServerTable, event: string): void => {
    const fresh = columns === undefined;
    columns = table.columnDefinitions?.length > 0 ? table.columnDefinitions : (columns ?? []);
    const rows = (table.rows ?? []).map((row) => (flags['output-watch-events'] ? { ...row, event } : row));
    if (rows.length === 0) {
      columns = fresh ? undefined : columns;
      return;
    }
    invocation.out(formatTable(columns, rows, { ...options, noHeaders: options.noHeaders || !fresh }, remembered));
  };
  return {
    accept: { accept: tableAccept },
    first: (answer) => show(answer as ServerTable, 'ADDED'),
    next: (frame) => show(frame.object as ServerTable, frame.type),
  };
}

async function objectShower(invocation: GetInvocation, customColumns: boolean): Promise<Shower> {
  let printed = 0;
  let print: (object: Unstructured) => string;
  if (customColumns) {
    const columns = await customColumnsOf(invocation);
    print = (object) => columns.format([object], invocation.flags['no-headers'] || printed++ > 0);
  } else {
    const printer = await printerForGet(invocation);
    print = (object) => printer.print(object);
  }
  const show = (object: Unstructured, event: string): void => {
    const shown = invocation.flags['output-watch-events']
      ? ({ type: event, object, apiVersion: '', kind: '', metadata: {} } as unknown as Unstructured)
      : object;
    invocation.out(print(shown));
  };
  return {
    accept: {},
    first: (answer) => {
      const { items, apiVersion, kind } = answer as Unstructured;
      for (const item of (items as Unstructured[] | undefined) ?? []) {
        show({ ...item, apiVersion, kind: kind.replace(/List$/, '') }, 'ADDED');
      }
    },
    next: (frame) => show(frame.object as Unstructured, frame.type),
  };
}

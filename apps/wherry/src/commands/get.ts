import { CliError, SilentExit, UsageError, isStatusReason, throwGathered } from '../cli/errors.ts';
import { defineCommand, type Invocation } from '../cli/command.ts';
import { bool, int, list, string } from '../cli/flags.ts';
import { choose, getObject, listAll, type Info } from '../resources/select.ts';
import { resourcePath, type ApiResource } from '../resources/mapping.ts';
import { listOf, makePrinter, splitOutput } from '../printing/printer.ts';
import type { Unstructured } from '../resources/unstructured.ts';
import { fetchTable, listTable } from './get-tables.ts';
import { TablePages, type TablePage } from './get-pages.ts';

const getFlags = {
  'all-namespaces': bool(
    'If present, list the requested object(s) across all namespaces. Namespace in current context is ignored even if specified with --namespace.',
    false,
    { short: 'A' },
  ),
  'allow-missing-template-keys': bool(
    'If true, ignore any errors in templates when a field or map key is missing in the template. Only applies to golang and jsonpath output formats.',
    true,
  ),
  'chunk-size': int('Return large lists in chunks rather than all at once. Pass 0 to disable.', 500),
  'field-selector': string("Selector (field query) to filter on, supports '=', '==', and '!='."),
  filename: list('Filename, directory, or - identifying the resource to get from a server.', { short: 'f' }),
  'ignore-not-found': bool('If the requested object does not exist the command will return exit code 0.'),
  'label-columns': list(
    'Accepts a comma separated list of labels that are going to be presented as columns. Names are case-sensitive.',
    { short: 'L' },
  ),
  'no-headers': bool(
    "When using the default or custom-column output format, don't print headers (default print headers).",
  ),
  output: string(
    'Output format. One of: (json, yaml, name, go-template, go-template-file, template, templatefile, jsonpath, jsonpath-as-json, jsonpath-file, custom-columns, custom-columns-file, wide).',
    '',
    { short: 'o' },
  ),
  'output-watch-events': bool('Output watch event objects when --watch or --watch-only is used.'),
  raw: string('Raw URI to request from the server.'),
  recursive: bool('Process the directory used in -f, --filename recursively.', false, { short: 'R' }),
  selector: string("Selector (label query) to filter on, supports '=', '==', '!=', 'in', 'notin'.", '', { short: 'l' }),
  'server-print': bool('If true, have the server return the appropriate table output.', true, { hidden: true }),
  'show-kind': bool('If present, list the resource type for the requested object(s).'),
  'show-labels': bool('When printing, show all labels as the last column (default hide labels column)'),
  'show-managed-fields': bool('If true, keep the managedFields when printing objects in JSON or YAML format.'),
  'sort-by': string(
    "If non-empty, sort list types using this field specification, a JSONPath expression (e.g. '{.metadata.name}').",
  ),
  subresource: string('If specified, gets the subresource of the requested object.'),
  template: string('Template string or path to template file to use when -o=go-template, -o=go-template-file.'),
  watch: bool('After listing/getting the requested object, watch for changes.', false, { short: 'w' }),
  'watch-only': bool('Watch for changes to the requested object(s), without listing/getting first.'),
};
export type GetInvocation = Invocation<typeof getFlags>;

export const get = defineCommand({
  name: 'get',
  summary: 'Display one or many resources',
  usage: '[(-o|--output=)json|yaml|name|wide|...] (TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE/NAME ...)',
  examples: `# List all pods
wherry get pods
# List a deployment as YAML
wherry get deployment web -o yaml
# Watch the pods of one application in all namespaces
wherry get pods -A -l app=web -w`,
  flags: getFlags,
  run: runGet,
});

async function runGet(invocation: GetInvocation): Promise<void> {
  const { flags, args } = invocation;
  if (flags.raw) return await getRaw(invocation);
  if (args.length === 0 && flags.filename.length === 0) {
    invocation.err(
      'You must specify the type of resource to get. Use "wherry api-resources" for a complete list of supported resources.\n\n',
    );
    invocation.err(
      `error: Required resource not specified.\nUse "wherry explain <resource>" for a detailed description of that resource (e.g. wherry explain pods).\nSee 'wherry get -h' for help and examples\n`,
    );
    throw new SilentExit(1);
  }
  if (flags['output-watch-events'] && !flags.watch && !flags['watch-only']) {
    throw new UsageError('--output-watch-events option can only be used with --watch or --watch-only');
  }
  const { format } = splitOutput(flags.output);
  const human = format === '' || format === 'wide';
  if (flags['show-labels'] && !human) {
    throw new CliError('--show-labels option cannot be used with ' + format + ' printer');
  }
  if (flags.watch || flags['watch-only']) {
    const { watchObjects } = await import('./get-watch.ts');
    return await watchObjects(invocation);
  }
  if (human) return await printTables(invocation);
  if (format === 'custom-columns' || format === 'custom-columns-file') return await printCustomColumns(invocation);
  await printObjects(invocation);
}

async function getRaw({ flags, session, out }: GetInvocation): Promise<void> {
  const client = await session.client();
  const [path = '', query = ''] = flags.raw.split('?');
  const parameters: Record<string, string[]> = {};
  for (const [key, value] of new URLSearchParams(query)) (parameters[key] ??= []).push(value);
  const answer = await client.stream({ method: 'GET', path, query: parameters, accept: 'application/json, */*' });
  for await (const chunk of answer.body) out(Buffer.from(chunk as Buffer).toString('utf8'));
}

/** What the operands and files of `get` mean. */
export async function chooseForGet(
  invocation: GetInvocation,
): Promise<{ lists: readonly ApiResource[]; infos: readonly Info[]; namespace: string | undefined }> {
  const { flags, args, session, io } = invocation;
  const chosen = await choose(session, io, {
    args,
    filenames: flags.filename,
    recursive: flags.recursive,
    selector: flags.selector,
    fieldSelector: flags['field-selector'],
    allNamespaces: flags['all-namespaces'],
    all: isTypesOnly(args),
    verb: 'get',
  });
  return chosen.kind === 'lists'
    ? { lists: chosen.resources, infos: [], namespace: chosen.namespace }
    : { lists: [], infos: chosen.infos, namespace: undefined };
}

function isTypesOnly(args: readonly string[]): boolean {
  return args.length === 1 && !args[0]?.includes('/');
}

async function printTables(invocation: GetInvocation): Promise<void> {
  const { flags, session } = invocation;
  const { lists, infos, namespace } = await chooseForGet(invocation);
  const errors: unknown[] = [];
  const pages: TablePage[] = [];
  const gather = async (resource: ApiResource, ask: () => ReturnType<typeof fetchTable>): Promise<void> => {
    try {
      pages.push({ resource, table: await ask() });
    } catch (error) {
      if (!(flags['ignore-not-found'] && isStatusReason(error, 'NotFound'))) errors.push(error);
    }
  };
  const withObjects = flags['sort-by'] !== '';
  for (const resource of lists) {
    const options = {
      namespace: resource.namespaced ? namespace : undefined,
      selector: flags.selector,
      fieldSelector: flags['field-selector'],
      chunkSize: flags['chunk-size'],
      withObjects,
    };
    await gather(resource, async () => await listTable(session, resource, options));
  }
  for (const info of infos) {
    const path = resourcePath(info.resource, info.namespace, info.name, flags.subresource || undefined);
    await gather(
      info.resource,
      async () => await fetchTable(session, path, withObjects ? { includeObject: 'Object' } : {}),
    );
  }
  const printed = new TablePages(flags, pages).print();
  invocation.out(printed);
  if (printed === '' && errors.length === 0 && !flags['ignore-not-found']) {
    const everythingNamespaced = [...lists, ...infos.map((i) => i.resource)].every((r) => r.namespaced);
    const where = !flags['all-namespaces'] && everythingNamespaced ? ` in ${await session.namespace()} namespace.` : '';
    invocation.err(`No resources found${where}\n`);
  }
  throwGathered(errors);
}

/** The objects themselves; `single` when exactly one was named. */
async function fetchObjects(
  invocation: GetInvocation,
): Promise<{ objects: Unstructured[]; single: boolean; errors: unknown[] }> {
  const { flags, session } = invocation;
  const { lists, infos, namespace } = await chooseForGet(invocation);
  const errors: unknown[] = [];
  const objects: Unstructured[] = [];
  const gather = async (ask: () => Promise<Unstructured[]>): Promise<void> => {
    try {
      objects.push(...(await ask()));
    } catch (error) {
      if (!(flags['ignore-not-found'] && isStatusReason(error, 'NotFound'))) errors.push(error);
    }
  };
  for (const resource of lists) {
    await gather(
      async () =>
        await listAll(session, resource, {
          namespace: resource.namespaced ? namespace : undefined,
          selector: flags.selector,
          fieldSelector: flags['field-selector'],
          chunkSize: flags['chunk-size'],
        }),
    );
  }
  for (const info of infos) {
    await gather(async () => [await getObject(session, info, flags.subresource || undefined)]);
  }
  if (flags['sort-by']) {
    const { sortByPath } = await import('../printing/sort.ts');
    return { objects: sortByPath(objects, flags['sort-by'], (o) => o), single: infos.length === 1, errors };
  }
  return { objects, single: infos.length === 1, errors };
}

export async function printerForGet({ flags }: GetInvocation): ReturnType<typeof makePrinter> {
  return await makePrinter({
    output: flags.output,
    template: flags.template,
    allowMissingKeys: flags['allow-missing-template-keys'],
    showManagedFields: flags['show-managed-fields'],
    alsoAllowed: ['custom-columns', 'custom-columns-file', 'wide'],
  });
}

async function printObjects(invocation: GetInvocation): Promise<void> {
  const printer = await printerForGet(invocation);
  const { objects, single, errors } = await fetchObjects(invocation);
  const [first] = objects;
  if (single) {
    if (first) invocation.out(printer.print(first));
  } else if (objects.length > 0 || errors.length === 0) {
    invocation.out(printer.print(listOf(objects)));
  }
  throwGathered(errors);
}

export async function customColumnsOf({ flags }: GetInvocation): Promise<{
  format: (objects: readonly Unstructured[], noHeaders: boolean) => string;
}> {
  const { format, argument } = splitOutput(flags.output);
  const columns = await import('../printing/custom-columns.ts');
  const parsed =
    format === 'custom-columns'
      ? columns.parseCustomColumns(argument)
      : columns.parseCustomColumnsFile(await (await import('node:fs/promises')).readFile(argument, 'utf8'));
  const remembered: number[] = [];
  return { format: (objects, noHeaders) => columns.formatCustomColumns(parsed, objects, { noHeaders }, remembered) };
}

async function printCustomColumns(invocation: GetInvocation): Promise<void> {
  const columns = await customColumnsOf(invocation);
  const { objects, errors } = await fetchObjects(invocation);
  if (objects.length > 0 || errors.length === 0)
    invocation.out(columns.format(objects, invocation.flags['no-headers']));
  throwGathered(errors);
}

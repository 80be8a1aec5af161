import { CliError, SilentExit, UsageError, isStatusReason, throwGathered } from '../cli/errors.ts';
import { defineCommand } from '../cli/command.ts';
import { getObject, listAll } from '../resources/select.ts';
import { resourcePath, type ApiResource } from '../resources/mapping.ts';
import { listOf, splitOutput } from '../printing/printer.ts';
import type { Unstructured } from '../resources/unstructured.ts';
import { chooseForGet, customColumnsOf, getFlags, printerForGet, type GetInvocation } from './get-choice.ts';
import { fetchTable, listTable } from './get-tables.ts';
import { TablePages, type TablePage } from './get-pages.ts';

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
  checkRawPath(flags.raw);
  const client = await session.client();
  const [path = '', query = ''] = flags.raw.split('?');
  const parameters: Record<string, string[]> = {};
  for (const [key, value] of new URLSearchParams(query)) (parameters[key] ??= []).push(value);
  const answer = await client.stream({ method: 'GET', path, query: parameters, accept: 'application/json, */*' });
  for await (const chunk of answer.body) out(Buffer.from(chunk as Buffer).toString('utf8'));
}

export function checkRawPath(raw: string): void {
  if (!raw.startsWith('/')) {
    throw new CliError(`--raw must be a valid URL path: parse ${JSON.stringify(raw)}: invalid URI for request`);
  }
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
    const { sortByPath, requireSomeField } = await import('../printing/sort.ts');
    requireSomeField(objects, flags['sort-by']);
    return { objects: sortByPath(objects, flags['sort-by'], (o) => o), single: infos.length === 1, errors };
  }
  return { objects, single: infos.length === 1, errors };
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

async function printCustomColumns(invocation: GetInvocation): Promise<void> {
  const columns = await customColumnsOf(invocation);
  const { objects, errors } = await fetchObjects(invocation);
  if (objects.length > 0 || errors.length === 0)
    invocation.out(columns.format(objects, invocation.flags['no-headers']));
  throwGathered(errors);
}

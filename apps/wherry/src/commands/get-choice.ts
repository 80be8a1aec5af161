import type { Invocation } from '../cli/command.ts';
import { bool, int, list, string } from '../cli/flags.ts';
import { makePrinter, splitOutput } from '../printing/printer.ts';
import type { ApiResource } from '../resources/mapping.ts';
import { choose, type Info } from '../resources/select.ts';
import type { Unstructured } from '../resources/unstructured.ts';

export const getFlags = {
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

export async function printerForGet({ flags }: GetInvocation): ReturnType<typeof makePrinter> {
  return await makePrinter({
    output: flags.output,
    template: flags.template,
    allowMissingKeys: flags['allow-missing-template-keys'],
    showManagedFields: flags['show-managed-fields'],
    alsoAllowed: ['custom-columns', 'custom-columns-file', 'wide'],
  });
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

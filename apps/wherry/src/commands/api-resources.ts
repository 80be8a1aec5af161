import { defineCommand } from '../cli/command.ts';
import { CliError } from '../cli/errors.ts';
import { bool, list, string } from '../cli/flags.ts';
import { layOut, tableLayout } from '../printing/tab-writer.ts';
import { apiVersionOf, qualifiedName, type ApiResource } from '../resources/mapping.ts';

export const apiResources = defineCommand({
  name: 'api-resources',
  summary: 'Print the supported API resources on the server',
  usage: '[flags]',
  flags: {
    'api-group': string('Limit to resources in the specified API group.'),
    cached: bool('Accepted for compatibility.', false, { hidden: true }),
    categories: list('Limit to resources that belong to the specified categories.'),
    namespaced: bool(
      'If false, non-namespaced resources will be returned, otherwise returning namespaced resources by default.',
      true,
    ),
    'no-headers': bool("When using the default or custom-column output format, don't print headers."),
    output: string('Output format. One of: (wide, name).', '', { short: 'o' }),
    'sort-by': string(
      'If non-empty, sort list of resources using specified field. The field can be either name or kind.',
    ),
    verbs: list('Limit to resources that support the specified verbs.'),
  },
  run: async (invocation) => {
    const { flags, args, session } = invocation;
    if (args.length > 0)
      throw new CliError(
        `unexpected arguments: [${args.join(' ')}]\nSee 'wherry api-resources -h' for help and examples`,
      );
    if (!['', 'wide', 'name'].includes(flags.output)) throw new CliError(`--output ${flags.output} is not available`);
    if (!['', 'name', 'kind'].includes(flags['sort-by'])) throw new CliError('--sort-by accepts only name or kind');
    const chosen = (await session.resources()).filter(
      (r) =>
        (!invocation.changed('api-group') || r.group === flags['api-group']) &&
        (!invocation.changed('namespaced') || r.namespaced === flags.namespaced) &&
        r.verbs.length > 0 &&
        r.preferred &&
        flags.verbs.every((verb) => r.verbs.includes(verb)) &&
        flags.categories.every((category) => r.categories.includes(category)),
    );
    const key = (r: ApiResource): string => {
      if (flags['sort-by'] === 'name') return r.plural;
      return flags['sort-by'] === 'kind' ? r.kind : `${r.group}\0${r.plural}`;
    };
    const sorted = chosen.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
    if (flags.output === 'name') {
      for (const r of sorted) invocation.out(`${qualifiedName(r)}\n`);
      return;
    }
    const wide = flags.output === 'wide';
    const lines = sorted.map((r) =>
      [
        r.plural,
        r.shortNames.join(','),
        apiVersionOf(r),
        r.namespaced,
        r.kind,
        ...(wide ? [r.verbs.join(','), r.categories.join(',')] : []),
      ].join('\t'),
    );
    if (!flags['no-headers']) {
      lines.unshift(`NAME\tSHORTNAMES\tAPIVERSION\tNAMESPACED\tKIND${wide ? '\tVERBS\tCATEGORIES' : ''}`);
    }
    if (lines.length > 0) invocation.out(`${layOut(lines.join('\n'), tableLayout)}\n`);
  },
});

export const apiVersions = defineCommand({
  name: 'api-versions',
  summary: 'Print the supported API versions on the server, in the form of "group/version"',
  usage: '',
  flags: {},
  run: async ({ session, out }) => {
    const versions = new Set((await session.resources()).map(apiVersionOf));
    for (const version of [...versions].toSorted()) out(`${version}\n`);
  },
});

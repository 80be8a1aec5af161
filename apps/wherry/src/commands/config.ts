import { readFile } from 'node:fs/promises';
import type { KubeconfigFile } from '@wherry/client';
import { defineCommand, type CommandSpec } from '../cli/command.ts';
import { CliError, throwGathered } from '../cli/errors.ts';
import { bool, string } from '../cli/flags.ts';
import { deleteEntry, hasEntry, minify, redact, renameContext, useContext } from '../kubeconfig/edit.ts';
import { change, fileFor } from '../kubeconfig/files.ts';
import { shaped } from '../kubeconfig/shape.ts';
import { makeTypedPrinter } from '../printing/typed-printer.ts';
import { layOut, tableLayout } from '../printing/tab-writer.ts';
import type { Unstructured } from '../resources/unstructured.ts';
import { setCredentials } from './config-credentials.ts';
import { setCluster, setContext } from './config-entries.ts';
import { configPaths, mergedConfig, oneName } from './config-files.ts';
import { setProperties, unsetProperties } from './config-property.ts';

const view = defineCommand({
  name: 'view',
  summary: 'Display merged kubeconfig settings or a specified kubeconfig file',
  usage: '[flags]',
  flags: {
    flatten: bool('Flatten the resulting kubeconfig file into self-contained output'),
    merge: bool('Merge the full hierarchy of kubeconfig files', true),
    minify: bool('Remove all information not used by current-context from the output'),
    output: string('Output format. One of: (json, yaml, jsonpath, go-template, ...).', 'yaml', { short: 'o' }),
    raw: bool('Display raw byte data'),
    template: string('Template string for go-template and jsonpath.'),
  },
  run: async (invocation) => {
    const { flags, session, out } = invocation;
    const all = await mergedConfig(invocation);
    const context = session.flags.context || all['current-context'] || '';
    const chosen = flags.minify ? minify(all, context) : all;
    const whole = flags.flatten ? await flatten(chosen) : chosen;
    const shown = shaped(flags.raw || flags.flatten ? whole : (redact(whole) as KubeconfigFile));
    const printer = await makeTypedPrinter({ output: flags.output, template: flags.template });
    out(printer.print(shown as unknown as Unstructured));
  },
});

/** Files that the configuration names become data in it. */
async function flatten(file: KubeconfigFile): Promise<KubeconfigFile> {
  const embed = async <T extends object>(holder: T, fields: readonly string[]): Promise<T> => {
    const next = { ...holder } as Record<string, unknown>;
    for (const field of fields) {
      const path = next[field];
      if (typeof path !== 'string' || path === '') continue;
      delete next[field];
      next[`${field}-data`] ||= await readFile(path, 'base64').catch((error: Error) => {
        throw new CliError(error.message);
      });
    }
    return next as T;
  };
  return {
    ...file,
    clusters: await Promise.all(
      (file.clusters ?? []).map(async (c) => ({ ...c, cluster: await embed(c.cluster, ['certificate-authority']) })),
    ),
    users: await Promise.all(
      (file.users ?? []).map(async (u) => ({ ...u, user: await embed(u.user, ['client-certificate', 'client-key']) })),
    ),
  };
}

const currentContext = defineCommand({
  name: 'current-context',
  summary: 'Display the current-context',
  usage: '',
  flags: {},
  run: async (invocation) => {
    const name = (await mergedConfig(invocation))['current-context'];
    if (!name) throw new CliError('current-context is not set');
    invocation.out(`${name}\n`);
  },
});

const getContexts = defineCommand({
  name: 'get-contexts',
  summary: 'Describe one or many contexts',
  usage: '[NAME...] [-o name]',
  flags: {
    'no-headers': bool("When using the default output format, don't print headers."),
    output: string('Output format. One of: (name).', '', { short: 'o' }),
  },
  run: async (invocation) => {
    const { flags, args } = invocation;
    if (flags.output !== '' && flags.output !== 'name')
      throw new CliError(`output must be one of '' or 'name': ${flags.output}`);
    const all = await mergedConfig(invocation);
    const errors: unknown[] = args
      .filter((name) => !hasEntry(all, 'contexts', name))
      .map((name) => new CliError(`context ${name} not found`));
    const chosen = (all.contexts ?? [])
      .filter((c) => args.length === 0 || args.includes(c.name))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    if (flags.output === 'name') {
      for (const { name } of chosen) invocation.out(`${name}\n`);
    } else {
      const lines = chosen.map(({ name, context }) => {
        const mark = name === all['current-context'] ? '*' : '';
        return [mark, name, context.cluster ?? '', context.user ?? '', context.namespace ?? ''].join('\t');
      });
      if (!flags['no-headers']) lines.unshift('CURRENT\tNAME\tCLUSTER\tAUTHINFO\tNAMESPACE');
      if (lines.length > 0) invocation.out(`${layOut(lines.join('\n'), tableLayout)}\n`);
    }
    throwGathered(errors);
  },
});

function listing(name: string, section: 'clusters' | 'users'): CommandSpec {
  return defineCommand({
    name,
    summary: `Display ${section} defined in the kubeconfig`,
    usage: '',
    flags: {},
    run: async (invocation) => {
      invocation.out('NAME\n');
      const names = ((await mergedConfig(invocation))[section] ?? []).map((e) => e.name);
      for (const entry of names.toSorted()) invocation.out(`${entry}\n`);
    },
  });
}

const use = defineCommand({
  name: 'use-context',
  aliases: ['use'],
  summary: 'Set the current-context in a kubeconfig file',
  usage: 'CONTEXT_NAME',
  flags: {},
  run: async (invocation) => {
    const name = oneName(invocation, 'CONTEXT_NAME');
    if (!hasEntry(await mergedConfig(invocation), 'contexts', name))
      throw new CliError(`no context exists with the name: ${JSON.stringify(name)}`);
    const path = await fileFor(await configPaths(invocation), (file) => Boolean(file['current-context']));
    await change(path, (file) => useContext(file, name));
    invocation.out(`Switched to context ${JSON.stringify(name)}.\n`);
  },
});

function deletion(name: string, section: 'clusters' | 'contexts' | 'users', what: string): CommandSpec {
  return defineCommand({
    name,
    summary: `Delete the specified ${what} from the kubeconfig`,
    usage: 'NAME',
    flags: {},
    run: async (invocation) => {
      const entry = oneName(invocation);
      const path = await fileFor(await configPaths(invocation), (file) => hasEntry(file, section, entry));
      const all = await mergedConfig(invocation);
      if (!hasEntry(all, section, entry)) throw new CliError(`cannot delete ${what} ${entry}, not in ${path}`);
      if (section === 'contexts' && all['current-context'] === entry) {
        invocation.err(
          'warning: this removed your active context, use "wherry config use-context" to select a different one\n',
        );
      }
      await change(path, (file) => deleteEntry(file, section, entry));
      invocation.out(`deleted ${what} ${entry} from ${path}\n`);
    },
  });
}

const rename = defineCommand({
  name: 'rename-context',
  summary: 'Rename a context from the kubeconfig file',
  usage: 'CONTEXT_NAME NEW_NAME',
  flags: {},
  run: async (invocation) => {
    const [from = '', to = ''] = invocation.args;
    if (invocation.args.length !== 2) throw new CliError('CONTEXT_NAME and NEW_NAME are required');
    const path = await fileFor(await configPaths(invocation), (file) => hasEntry(file, 'contexts', from));
    if (!hasEntry(await mergedConfig(invocation), 'contexts', from))
      throw new CliError(`cannot rename the context ${JSON.stringify(from)}, it's not in ${path}`);
    await change(path, (file) => renameContext(file, from, to));
    invocation.out(`Context ${JSON.stringify(from)} renamed to ${JSON.stringify(to)}.\n`);
  },
});

export const config: CommandSpec = {
  name: 'config',
  summary: 'Modify kubeconfig files',
  usage: 'SUBCOMMAND',
  flags: {},
  subcommands: [
    currentContext,
    deletion('delete-cluster', 'clusters', 'cluster'),
    deletion('delete-context', 'contexts', 'context'),
    deletion('delete-user', 'users', 'user'),
    listing('get-clusters', 'clusters'),
    getContexts,
    listing('get-users', 'users'),
    rename,
    setProperties,
    setCluster,
    setContext,
    setCredentials,
    unsetProperties,
    use,
    view,
  ],
};

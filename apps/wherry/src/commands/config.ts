import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { KubeconfigFile } from '@wherry/client';
import { defineCommand, type CommandSpec, type Invocation } from '../cli/command.ts';
import { CliError, throwGathered } from '../cli/errors.ts';
import { bool, string } from '../cli/flags.ts';
import { deleteEntry, hasEntry, minify, redact, renameContext, setEntry, useContext } from '../kubeconfig/edit.ts';
import { change, fileFor } from '../kubeconfig/files.ts';
import { makePrinter } from '../printing/printer.ts';
import { layOut, tableLayout } from '../printing/tab-writer.ts';
import type { Unstructured } from '../resources/unstructured.ts';

type Any = Pick<Invocation, 'session' | 'io' | 'args' | 'path'>;

async function paths({ session, io }: Any): Promise<string[]> {
  const { kubeconfigPaths } = await import('@wherry/client');
  return kubeconfigPaths({ path: session.flags.kubeconfig, env: { ...io.env } });
}

async function merged({ session, io }: Any): Promise<KubeconfigFile> {
  const { readKubeconfig } = await import('@wherry/client');
  try {
    return readKubeconfig({ path: session.flags.kubeconfig, env: { ...io.env } });
  } catch (error) {
    throw new CliError((error as Error).message);
  }
}

function oneName({ args, path }: Any, what = 'NAME'): string {
  const [name] = args;
  if (name === undefined || args.length !== 1)
    throw new CliError(`exactly one ${what} is required, got ${args.length}\nSee '${path} -h' for help and examples`);
  return name;
}

const view = defineCommand({
  name: 'view',
  summary: 'Display merged kubeconfig settings or a specified kubeconfig file',
  usage: '[flags]',
  flags: {
    flatten: bool('Flatten the resulting kubeconfig file into self-contained output'),
    minify: bool('Remove all information not used by current-context from the output'),
    output: string('Output format. One of: (json, yaml, jsonpath, go-template, ...).', 'yaml', { short: 'o' }),
    raw: bool('Display raw byte data'),
    template: string('Template string for go-template and jsonpath.'),
  },
  run: async (invocation) => {
    const { flags, session, out } = invocation;
    const all = await merged(invocation);
    const context = session.flags.context || all['current-context'] || '';
    const chosen = flags.minify ? minify(all, context) : all;
    const shown = flags.raw || flags.flatten ? chosen : (redact(chosen) as KubeconfigFile);
    const { preferences, ...rest } = shown;
    const kept = preferences && Object.keys(preferences).length > 0 ? shown : rest;
    const printer = await makePrinter({ output: flags.output, template: flags.template });
    out(
      printer
        .print({ ...kept, metadata: {} } as unknown as Unstructured)
        .replace(/^metadata: \{\}\n|^ {4}"metadata": \{\},\n/m, ''),
    );
  },
});

const currentContext = defineCommand({
  name: 'current-context',
  summary: 'Display the current-context',
  usage: '',
  flags: {},
  run: async (invocation) => {
    const name = (await merged(invocation))['current-context'];
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
    const all = await merged(invocation);
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
      const names = ((await merged(invocation))[section] ?? []).map((e) => e.name);
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
    if (!hasEntry(await merged(invocation), 'contexts', name))
      throw new CliError(`no context exists with the name: ${JSON.stringify(name)}`);
    const path = await fileFor(await paths(invocation), (file) => Boolean(file['current-context']));
    await change(path, (file) => useContext(file, name));
    invocation.out(`Switched to context ${JSON.stringify(name)}.\n`);
  },
});

const setContext = defineCommand({
  name: 'set-context',
  summary: 'Set a context entry in kubeconfig',
  usage: '[NAME | --current] [--cluster=cluster_nickname] [--user=user_nickname] [--namespace=namespace]',
  flags: {
    cluster: string('cluster for the context entry in kubeconfig'),
    current: bool('Modify the current context'),
    namespace: string('namespace for the context entry in kubeconfig', '', { short: 'n' }),
    user: string('user for the context entry in kubeconfig'),
  },
  run: async (invocation) => {
    const { flags, args } = invocation;
    const all = await merged(invocation);
    const name = flags.current ? (all['current-context'] ?? '') : oneName(invocation);
    if (flags.current && args.length > 0) throw new CliError('you cannot specify both a context name and --current');
    if (name === '') throw new CliError('no current context is set');
    const existed = hasEntry(all, 'contexts', name);
    const path = await fileFor(await paths(invocation), (file) => hasEntry(file, 'contexts', name));
    const fields = {
      cluster: invocation.changed('cluster') ? flags.cluster : undefined,
      namespace: invocation.changed('namespace') ? flags.namespace : undefined,
      user: invocation.changed('user') ? flags.user : undefined,
    };
    await change(path, (file) => setEntry(file, 'contexts', name, fields));
    invocation.out(`Context ${JSON.stringify(name)} ${existed ? 'modified' : 'created'}.\n`);
  },
});

/** A file by its path, or by its content in base64 with --embed-certs. */
async function pemFields({ io }: Any, field: string, path: string, embed: boolean): Promise<Record<string, string>> {
  if (!path) return {};
  const absolute = resolve(io.cwd, path);
  if (!embed) return { [field]: absolute, [`${field}-data`]: '' };
  const data = await readFile(absolute).catch((error: Error) => {
    throw new CliError(`could not read ${field} data from ${path}: ${error.message}`);
  });
  return { [field]: '', [`${field}-data`]: data.toString('base64') };
}

const setCluster = defineCommand({
  name: 'set-cluster',
  summary: 'Set a cluster entry in kubeconfig',
  usage: 'NAME [--server=server] [--certificate-authority=path/to/certificate/authority]',
  flags: {
    'certificate-authority': string('Path to certificate-authority file for the cluster entry in kubeconfig'),
    'embed-certs': bool('embed-certs for the cluster entry in kubeconfig'),
    'insecure-skip-tls-verify': bool('insecure-skip-tls-verify for the cluster entry in kubeconfig'),
    server: string('server for the cluster entry in kubeconfig', '', { short: 's' }),
    'tls-server-name': string('tls-server-name for the cluster entry in kubeconfig'),
  },
  run: async (invocation) => {
    const { flags } = invocation;
    const name = oneName(invocation);
    const ca = await pemFields(
      invocation,
      'certificate-authority',
      flags['certificate-authority'],
      flags['embed-certs'],
    );
    const fields = {
      ...ca,
      server: flags.server ? flags.server.replace(/\/$/, '') : undefined,
      'tls-server-name': flags['tls-server-name'] || undefined,
      'insecure-skip-tls-verify': invocation.changed('insecure-skip-tls-verify')
        ? flags['insecure-skip-tls-verify'] || ''
        : undefined,
    };
    const path = await fileFor(await paths(invocation), (file) => hasEntry(file, 'clusters', name));
    await change(path, (file) => setEntry(file, 'clusters', name, fields));
    invocation.out(`Cluster ${JSON.stringify(name)} set.\n`);
  },
});

const setCredentials = defineCommand({
  name: 'set-credentials',
  summary: 'Set a user entry in kubeconfig',
  usage: 'NAME [--client-certificate=path] [--client-key=path] [--token=bearer_token]',
  flags: {
    'client-certificate': string('Path to client-certificate file for the user entry in kubeconfig'),
    'client-key': string('Path to client-key file for the user entry in kubeconfig'),
    'embed-certs': bool('Embed client cert/key for the user entry in kubeconfig'),
    password: string('password for the user entry in kubeconfig'),
    token: string('token for the user entry in kubeconfig'),
    username: string('username for the user entry in kubeconfig'),
  },
  run: async (invocation) => {
    const { flags } = invocation;
    const name = oneName(invocation);
    if (flags.token && flags.username)
      throw new CliError(
        'you cannot specify more than one authentication method at the same time: --token, --username',
      );
    const embed = flags['embed-certs'];
    const fields = {
      ...(await pemFields(invocation, 'client-certificate', flags['client-certificate'], embed)),
      ...(await pemFields(invocation, 'client-key', flags['client-key'], embed)),
      token: flags.token || undefined,
      username: flags.username || undefined,
      password: flags.password || undefined,
    };
    const path = await fileFor(await paths(invocation), (file) => hasEntry(file, 'users', name));
    await change(path, (file) => setEntry(file, 'users', name, fields));
    invocation.out(`User ${JSON.stringify(name)} set.\n`);
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
      const path = await fileFor(await paths(invocation), (file) => hasEntry(file, section, entry));
      const all = await merged(invocation);
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
    const path = await fileFor(await paths(invocation), (file) => hasEntry(file, 'contexts', from));
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
    setCluster,
    setContext,
    setCredentials,
    use,
    view,
  ],
};

import type { ExecPlugin } from '@wherry/client';
import { defineCommand } from '../cli/command.ts';
import { CliError } from '../cli/errors.ts';
import { array, bool, string } from '../cli/flags.ts';
import { hasEntry, setEntry } from '../kubeconfig/edit.ts';
import { change, fileFor } from '../kubeconfig/files.ts';
import { pemFields } from './config-entries.ts';
import { configPaths, oneName } from './config-files.ts';

export const setCredentials = defineCommand({
  name: 'set-credentials',
  summary: 'Set a user entry in kubeconfig',
  usage: 'NAME [--client-certificate=path] [--client-key=path] [--token=bearer_token] [--exec-command=command]',
  flags: {
    'auth-provider': string('Auth provider for the user entry in kubeconfig'),
    'auth-provider-arg': array("'key=value' arguments for the auth provider"),
    'client-certificate': string('Path to client-certificate file for the user entry in kubeconfig'),
    'client-key': string('Path to client-key file for the user entry in kubeconfig'),
    'embed-certs': bool('Embed client cert/key for the user entry in kubeconfig'),
    'exec-api-version': string('API version of the exec credential plugin for the user entry in kubeconfig'),
    'exec-arg': array('New arguments for the exec credential plugin command for the user entry in kubeconfig'),
    'exec-command': string('Command for the exec credential plugin for the user entry in kubeconfig'),
    'exec-env': array("'key=value' environment values for the exec credential plugin"),
    'exec-interactive-mode': string('InteractiveMode of the exec credentials plugin for the user entry in kubeconfig'),
    'exec-provide-cluster-info': bool(
      'ProvideClusterInfo of the exec credentials plugin for the user entry in kubeconfig',
    ),
    password: string('password for the user entry in kubeconfig'),
    token: string('token for the user entry in kubeconfig'),
    username: string('username for the user entry in kubeconfig'),
  },
  run: async (invocation) => {
    const { flags } = invocation;
    const name = oneName(invocation);
    const methods = [
      ...(flags.token ? ['--token'] : []),
      ...(flags.username || flags.password ? ['--username/--password'] : []),
    ];
    if (methods.length > 1)
      throw new CliError(
        `you cannot specify more than one authentication method at the same time: ${methods.join(', ')}`,
      );
    const embed = flags['embed-certs'];
    if (embed && !flags['client-certificate'] && !flags['client-key'])
      throw new CliError('you must specify a --client-certificate or --client-key to embed');
    const fields = {
      ...(await pemFields(invocation, 'client-certificate', flags['client-certificate'], embed)),
      ...(await pemFields(invocation, 'client-key', flags['client-key'], embed)),
      // One way to be known replaces the other.
      token: flags.token || (flags.username || flags.password ? '' : undefined),
      username: flags.username || (flags.token ? '' : undefined),
      password: flags.password || (flags.token ? '' : undefined),
    };
    const path = await fileFor(await configPaths(invocation), (file) => hasEntry(file, 'users', name));
    await change(path, (file) => {
      const user = file.users?.find((entry) => entry.name === name)?.user;
      const exec = execOf(user?.exec ?? undefined, flags);
      const provider = providerOf(user?.['auth-provider'], flags['auth-provider'], flags['auth-provider-arg']);
      const more = { ...(exec ? { exec } : {}), ...(provider ? { 'auth-provider': provider } : {}) };
      return setEntry(file, 'users', name, { ...fields, ...more });
    });
    invocation.out(`User ${JSON.stringify(name)} set.\n`);
  },
});

interface ExecFlags {
  readonly 'exec-api-version': string;
  readonly 'exec-arg': readonly string[];
  readonly 'exec-command': string;
  readonly 'exec-env': readonly string[];
  readonly 'exec-interactive-mode': string;
  readonly 'exec-provide-cluster-info': boolean;
}

/** A plugin that is there is changed where flags say so; without a command, and without one there, nothing is. */
function execOf(before: ExecPlugin | undefined, flags: ExecFlags): ExecPlugin | undefined {
  const command = flags['exec-command'] || before?.command;
  if (!command) return undefined;
  const env = new Map((before?.env ?? []).map(({ name, value }) => [name, value]));
  edit(env, flags['exec-env']);
  const variables = [...env].map(([name, value]) => ({ name, value }));
  return {
    ...before,
    command,
    args: flags['exec-arg'].length > 0 ? [...flags['exec-arg']] : (before?.args ?? null),
    env: variables.length > 0 ? variables : null,
    ...(flags['exec-api-version'] ? { apiVersion: flags['exec-api-version'] } : {}),
    ...(flags['exec-interactive-mode'] ? { interactiveMode: flags['exec-interactive-mode'] } : {}),
    provideClusterInfo: flags['exec-provide-cluster-info'] || (before?.provideClusterInfo ?? false),
  };
}

/** `key=value` sets, `key-` takes away. */
function edit(values: Map<string, string>, words: readonly string[]): void {
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals > 0) values.set(word.slice(0, equals), word.slice(equals + 1));
    else if (equals < 0 && word.endsWith('-')) values.delete(word.slice(0, -1));
  }
}

function providerOf(before: unknown, name: string, args: readonly string[]): object | undefined {
  const old = before as { name?: string; config?: Record<string, string> | null } | null | undefined;
  if (!name && (!old || args.length === 0)) return undefined;
  const config = new Map(Object.entries(old?.config ?? {}));
  edit(config, args);
  return { name: name || old?.name, config: config.size > 0 ? Object.fromEntries(config) : null };
}

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { defineCommand } from '../cli/command.ts';
import { CliError } from '../cli/errors.ts';
import { bool, string } from '../cli/flags.ts';
import { hasEntry, setEntry } from '../kubeconfig/edit.ts';
import { change, fileFor } from '../kubeconfig/files.ts';
import { configPaths, mergedConfig, oneName, type ConfigInvocation } from './config-files.ts';

export const setContext = defineCommand({
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
    const all = await mergedConfig(invocation);
    if (flags.current && args.length > 0) throw new CliError('you cannot specify both a context name and --current');
    if (!flags.current && args.length === 0)
      throw new CliError('you must specify a non-empty context name or --current');
    const name = flags.current ? (all['current-context'] ?? '') : oneName(invocation);
    if (name === '') throw new CliError('no current context is set');
    const existed = hasEntry(all, 'contexts', name);
    const path = await fileFor(await configPaths(invocation), (file) => hasEntry(file, 'contexts', name));
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
export async function pemFields(
  { io }: ConfigInvocation,
  field: string,
  path: string,
  embed: boolean,
): Promise<Record<string, string>> {
  if (!path) return {};
  const absolute = resolve(io.cwd, path);
  if (!embed) return { [field]: absolute, [`${field}-data`]: '' };
  const data = await readFile(absolute).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'no such file or directory' : error.message;
    throw new CliError(`could not stat ${field} file ${path}: stat ${path}: ${why}`);
  });
  return { [field]: '', [`${field}-data`]: data.toString('base64') };
}

export const setCluster = defineCommand({
  name: 'set-cluster',
  summary: 'Set a cluster entry in kubeconfig',
  usage: 'NAME [--server=server] [--certificate-authority=path/to/certificate/authority]',
  flags: {
    'certificate-authority': string('Path to certificate-authority file for the cluster entry in kubeconfig'),
    'embed-certs': bool('embed-certs for the cluster entry in kubeconfig'),
    'insecure-skip-tls-verify': bool('insecure-skip-tls-verify for the cluster entry in kubeconfig'),
    server: string('server for the cluster entry in kubeconfig', '', { short: 's' }),
    'proxy-url': string('proxy-url for the cluster entry in kubeconfig'),
    'tls-server-name': string('tls-server-name for the cluster entry in kubeconfig'),
  },
  run: async (invocation) => {
    const { flags } = invocation;
    const name = oneName(invocation);
    if (flags['insecure-skip-tls-verify'] && flags['certificate-authority'])
      throw new CliError('you cannot specify a certificate authority and insecure mode at the same time');
    if (flags['embed-certs'] && !flags['certificate-authority'])
      throw new CliError('you must specify a --certificate-authority to embed');
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
      'proxy-url': flags['proxy-url'] || undefined,
      'insecure-skip-tls-verify': invocation.changed('insecure-skip-tls-verify')
        ? flags['insecure-skip-tls-verify'] || ''
        : undefined,
    };
    const path = await fileFor(await configPaths(invocation), (file) => hasEntry(file, 'clusters', name));
    await change(path, (file) => setEntry(file, 'clusters', name, fields));
    invocation.out(`Cluster ${JSON.stringify(name)} set.\n`);
  },
});

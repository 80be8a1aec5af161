import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join } from 'node:path';
import type { ExecPlugin } from './exec-credential.ts';

/** A kubeconfig as it is written (clientcmd v1). Unknown fields are kept. */
export interface KubeconfigFile {
  apiVersion?: string | undefined;
  kind?: string | undefined;
  preferences?: Record<string, unknown> | undefined;
  clusters?: NamedCluster[] | undefined;
  users?: NamedUser[] | undefined;
  contexts?: NamedContext[] | undefined;
  'current-context'?: string | undefined;
}
export interface NamedCluster {
  name: string;
  cluster: {
    server?: string | undefined;
    'certificate-authority'?: string | undefined;
    'certificate-authority-data'?: string | undefined;
    'insecure-skip-tls-verify'?: boolean | undefined;
    'tls-server-name'?: string | undefined;
    'proxy-url'?: string | undefined;
    /** Others keep theirs here; `wherry.io/servers` is ours (see serversExtension). */
    extensions?: { name: string; extension?: unknown }[] | null | undefined;
  };
}

/**
 * The cluster's apiservers besides `server`, in an extension of the cluster entry: clientcmd keeps what it does not
 * know there, so that kubectl reads the same file and uses `server` alone.
 */
const serversExtension = 'wherry.io/servers';

/** All apiservers of a cluster, `server` first. @throws {Error} when the extension is not a list of URLs */
export function clusterServers(cluster: NamedCluster['cluster']): string[] {
  const first = cluster.server ? [cluster.server] : [];
  const found = cluster.extensions?.find((entry) => entry.name === serversExtension);
  if (found === undefined) return first;
  const servers = (found.extension as { servers?: unknown } | null | undefined)?.servers;
  if (!Array.isArray(servers) || !servers.every((server) => typeof server === 'string' && server !== '')) {
    throw new Error(`invalid configuration: the extension ${serversExtension} has no list of servers`);
  }
  return [...new Set([...first, ...(servers as string[])])];
}

/** The fields of a cluster entry that name its apiservers; one alone needs no extension. */
export function clusterEntryOf(servers: readonly string[]): Pick<NamedCluster['cluster'], 'server' | 'extensions'> {
  const [server] = servers;
  if (servers.length === 1) return { server };
  return { server, extensions: [{ name: serversExtension, extension: { servers: [...servers] } }] };
}
export interface NamedUser {
  name: string;
  user: {
    'client-certificate'?: string | undefined;
    'client-certificate-data'?: string | undefined;
    'client-key'?: string | undefined;
    'client-key-data'?: string | undefined;
    token?: string | undefined;
    tokenFile?: string | undefined;
    username?: string | undefined;
    password?: string | undefined;
    as?: string | undefined;
    'as-uid'?: string | undefined;
    'as-groups'?: string[] | undefined;
    'as-user-extra'?: Record<string, string[]> | undefined;
    exec?: ExecPlugin | null | undefined;
    'auth-provider'?: unknown;
  };
}
export interface NamedContext {
  name: string;
  context: { cluster?: string | undefined; user?: string | undefined; namespace?: string | undefined };
}

const maxFileBytes = 16 << 20;

/** @returns undefined when there is no such file. @throws {Error} naming the file and what is wrong with it */
export function readKubeconfigFile(path: string): KubeconfigFile | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`error loading config file "${path}": ${(error as Error).message}`, { cause: error });
  }
  try {
    return parseKubeconfig(text, dirname(path));
  } catch (error) {
    throw new Error(`error loading config file "${path}": ${(error as Error).message}`, { cause: error });
  }
}

/** @param directory what relative paths in it are relative to */
export function parseKubeconfig(text: string, directory: string): KubeconfigFile {
  if (text.length > maxFileBytes) throw new Error('the file is too large');
  const value = parseYaml(text) ?? {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new Error('a kubeconfig must be a YAML mapping');
  const file = value as KubeconfigFile;
  if (file.kind !== undefined && file.kind !== 'Config')
    throw new Error(`no kind "${file.kind}" is registered: expected "Config"`);
  checkNamed(file.clusters, 'clusters', 'cluster');
  checkNamed(file.users, 'users', 'user');
  checkNamed(file.contexts, 'contexts', 'context');
  const absolute = (path: string): string => (path === '' || isAbsolute(path) ? path : join(directory, path));
  for (const { cluster } of file.clusters ?? []) anchor(cluster, ['certificate-authority'], absolute);
  for (const { user } of file.users ?? []) anchor(user, ['client-certificate', 'client-key', 'tokenFile'], absolute);
  // A program's bare name is looked for on PATH.
  for (const { user } of file.users ?? [])
    if (user.exec?.command?.includes('/')) user.exec = { ...user.exec, command: absolute(user.exec.command) };
  return file;
}

/** JSON is YAML, and is read without loading the YAML package (8 MB, 13 ms): daemons are given such files. */
function parseYaml(text: string): unknown {
  if (text.startsWith('{')) {
    try {
      return JSON.parse(text);
    } catch {
      // YAML in braces, or wrong in a way that the YAML parser words better.
    }
  }
  const { parse } = createRequire(import.meta.url)('yaml') as typeof import('yaml');
  return parse(text, { maxAliasCount: 100 });
}

function anchor<O extends object>(holder: O, keys: readonly (keyof O)[], absolute: (path: string) => string): void {
  for (const key of keys) {
    const path = holder[key];
    if (typeof path === 'string') holder[key] = absolute(path) as O[keyof O];
  }
}

function checkNamed(entries: unknown, list: string, field: string): void {
  if (entries === undefined || entries === null) return;
  if (!Array.isArray(entries)) throw new Error(`${list}: expected a list`);
  for (const [i, entry] of (entries as Record<string, unknown>[]).entries()) {
    if (typeof entry?.name !== 'string' || entry.name === '') throw new Error(`${list}[${i}].name: expected a name`);
    entry[field] ??= {};
    if (typeof entry[field] !== 'object') throw new Error(`${list}[${i}].${field}: expected a mapping`);
  }
}

/** What is named twice, and the current context, are those of the first file that has them. */
export function mergeKubeconfigs(files: readonly KubeconfigFile[]): KubeconfigFile {
  const named = <E extends { name: string }>(pick: (file: KubeconfigFile) => E[] | null | undefined): E[] => {
    const merged = new Map<string, E>();
    for (const file of files)
      for (const entry of pick(file) ?? []) if (!merged.has(entry.name)) merged.set(entry.name, entry);
    return [...merged.values()];
  };
  return {
    apiVersion: 'v1',
    kind: 'Config',
    preferences: files.find((file) => file.preferences)?.preferences ?? {},
    clusters: named((file) => file.clusters),
    users: named((file) => file.users),
    contexts: named((file) => file.contexts),
    'current-context': files.find((file) => file['current-context'])?.['current-context'] ?? '',
  };
}

import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { ClientConfig, Impersonation } from './client-config.ts';
import { checkExecPlugin } from './exec-credential.ts';
import {
  clusterServers,
  mergeKubeconfigs,
  readKubeconfigFile,
  type KubeconfigFile,
  type NamedCluster,
  type NamedUser,
} from './kubeconfig-file.ts';

export interface KubeconfigOptions {
  /** One file that must exist; else the files of $KUBECONFIG, else ~/.kube/config. */
  readonly path?: string | undefined;
  readonly context?: string | undefined;
  readonly cluster?: string | undefined;
  readonly user?: string | undefined;
  readonly namespace?: string | undefined;
  /** Instead of the cluster's. */
  readonly server?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
}
export interface LoadedKubeconfig {
  readonly config: ClientConfig;
  readonly namespace: string;
  readonly context: string;
  /** All files merged. */
  readonly raw: KubeconfigFile;
}

/** The files kubectl would read, in order. */
export function kubeconfigPaths(options: Pick<KubeconfigOptions, 'path' | 'env'> = {}): string[] {
  if (options.path !== undefined && options.path !== '') return [options.path];
  const list = ((options.env ?? process.env)['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  return list.length > 0 ? [...new Set(list)] : [join(homedir(), '.kube', 'config')];
}

export function readKubeconfig(options: Pick<KubeconfigOptions, 'path' | 'env'> = {}): KubeconfigFile {
  const files: KubeconfigFile[] = [];
  for (const path of kubeconfigPaths(options)) {
    const file = readKubeconfigFile(path);
    if (file !== undefined) files.push(file);
    else if (options.path)
      throw new Error(`error loading config file "${path}": stat ${path}: no such file or directory`);
  }
  return mergeKubeconfigs(files);
}

/** Loads, merges and resolves kubeconfigs as kubectl does. @throws {Error} with upstream's words */
export function loadKubeconfig(options: KubeconfigOptions = {}): LoadedKubeconfig {
  return resolveKubeconfig(readKubeconfig(options), options);
}

export function resolveKubeconfig(raw: KubeconfigFile, options: KubeconfigOptions = {}): LoadedKubeconfig {
  const name = options.context || raw['current-context'] || '';
  const context = raw.contexts?.find((entry) => entry.name === name)?.context;
  if (name !== '' && context === undefined) throw new Error(`context ${JSON.stringify(name)} does not exist`);
  const cluster = find(raw.clusters, options.cluster || context?.cluster, 'cluster')?.cluster;
  const user = find(raw.users, options.user || context?.user, 'auth info')?.user;
  const servers = options.server ? [options.server] : clusterServers(cluster ?? {});
  if (servers.length === 0) {
    if (name !== '' || cluster !== undefined) throw new Error('invalid configuration: no server found for cluster');
    throw new Error(
      'invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable',
    );
  }
  const config = {
    servers,
    ...clusterConfig(cluster ?? {}),
    ...userConfig(user ?? {}, options.user || context?.user || ''),
  };
  return { config, namespace: options.namespace || context?.namespace || 'default', context: name, raw };
}

function find<E extends { name: string }>(
  entries: E[] | undefined,
  name: string | undefined,
  what: string,
): E | undefined {
  if (name === undefined || name === '') return undefined;
  const entry = entries?.find((candidate) => candidate.name === name);
  if (entry === undefined) throw new Error(`${what} ${JSON.stringify(name)} does not exist`);
  return entry;
}

function clusterConfig(cluster: NamedCluster['cluster']): Omit<ClientConfig, 'servers'> {
  if (cluster['proxy-url']) throw new Error('proxy-url is not supported');
  return {
    ca: pem(cluster['certificate-authority-data'], cluster['certificate-authority'], 'certificate-authority'),
    insecureSkipTlsVerify: cluster['insecure-skip-tls-verify'],
    tlsServerName: cluster['tls-server-name'] || undefined,
  };
}

function userConfig(user: NamedUser['user'], name: string): Omit<ClientConfig, 'servers'> {
  const exec = user.exec ?? undefined;
  if (exec !== undefined) checkExecPlugin(name, exec);
  if (user['auth-provider']) throw new Error('auth-provider credentials are not supported');
  const cert = pem(user['client-certificate-data'], user['client-certificate'], 'client-certificate');
  const key = pem(user['client-key-data'], user['client-key'], 'client-key');
  if ((cert === undefined) !== (key === undefined)) {
    throw new Error('invalid configuration: client-certificate and client-key must be given together');
  }
  return {
    cert,
    key,
    exec,
    token: user.token || undefined,
    tokenFile: user.token ? undefined : user.tokenFile || undefined,
    username: user.username || undefined,
    password: user.password || undefined,
    impersonate: impersonation(user),
  };
}

function impersonation(user: NamedUser['user']): Impersonation | undefined {
  if (!user.as) return undefined;
  return { user: user.as, uid: user['as-uid'], groups: user['as-groups'], extra: user['as-user-extra'] };
}

/** Data in the file wins over a path. */
function pem(data: string | undefined, path: string | undefined, field: string): string | undefined {
  if (data !== undefined && data !== '') {
    const text = Buffer.from(data, 'base64').toString('utf8');
    if (!text.includes('-----BEGIN ')) throw new Error(`invalid configuration: ${field}-data is not a base64 PEM`);
    return text;
  }
  if (path === undefined || path === '') return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`invalid configuration: unable to read ${field} ${path}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

const serviceAccountDir = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The configuration of a pod; undefined outside of one. */
export function inClusterConfig(env: NodeJS.ProcessEnv = process.env): LoadedKubeconfig['config'] | undefined {
  const host = env['KUBERNETES_SERVICE_HOST'];
  const port = env['KUBERNETES_SERVICE_PORT'];
  const tokenFile = join(serviceAccountDir, 'token');
  if (!host || !port || !existsSync(tokenFile)) return undefined;
  const ca = join(serviceAccountDir, 'ca.crt');
  return {
    servers: [`https://${host.includes(':') ? `[${host}]` : host}:${port}`],
    tokenFile,
    ca: existsSync(ca) ? readFileSync(ca, 'utf8') : undefined,
  };
}

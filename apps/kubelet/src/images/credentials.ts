import type { Secret } from '@wherry/api';

/** What Docker sends to a registry. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
  readonly serveraddress: string;
}

interface Entry {
  readonly username?: string;
  readonly password?: string;
  /** base64 of username:password, instead of the two. */
  readonly auth?: string;
}

const dockerHub = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io']);

/** Those of a pod's imagePullSecrets that are for the image's registry, in order. Secrets that make no sense are passed over. */
export function credentialsFor(image: string, secrets: readonly Secret[]): Credentials[] {
  const wanted = registryOf(image);
  const found: Credentials[] = [];
  for (const secret of secrets) {
    for (const [address, entry] of Object.entries(entriesOf(secret))) {
      if (hostOf(address) !== wanted) continue;
      const credentials = credentialsOf(address, entry);
      if (credentials !== undefined) found.push(credentials);
    }
  }
  return found;
}

/** The registry's host, with its port: the first part of the name if it looks like a host, else Docker Hub. */
export function registryOf(image: string): string {
  const slash = image.indexOf('/');
  const first = slash === -1 ? '' : image.slice(0, slash);
  const isHost = first.includes('.') || first.includes(':') || first === 'localhost';
  return !isHost || dockerHub.has(first) ? 'docker.io' : first;
}

function hostOf(address: string): string {
  const host = address.replace(/^https?:\/\//, '').split('/')[0] ?? '';
  return dockerHub.has(host) ? 'docker.io' : host;
}

function entriesOf(secret: Secret): Record<string, Entry> {
  const config = secret.data?.['.dockerconfigjson'];
  const legacy = secret.data?.['.dockercfg'];
  try {
    if (config !== undefined) return (decoded(config) as { auths?: Record<string, Entry> }).auths ?? {};
    if (legacy !== undefined) return decoded(legacy) as Record<string, Entry>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return {};
}

function decoded(base64: string): unknown {
  const value: unknown = JSON.parse(Buffer.from(base64, 'base64').toString());
  return typeof value === 'object' && value !== null ? value : {};
}

function credentialsOf(address: string, entry: Entry): Credentials | undefined {
  const [user, ...rest] = Buffer.from(entry.auth ?? '', 'base64')
    .toString()
    .split(':');
  const username = entry.username ?? user ?? '';
  const password = entry.password ?? rest.join(':');
  return username === '' ? undefined : { username, password, serveraddress: address };
}

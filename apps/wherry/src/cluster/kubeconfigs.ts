import { existsSync, mkdirSync, readFileSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { clusterEntryOf } from '@wherry/client';
import { type KeyPair, ensureLeaf } from '@wherry/pki';
import { parse, stringify } from 'yaml';
import type { Places } from './places.ts';

const CONTEXT = 'wherry';

interface Named {
  name: string;
  [field: string]: unknown;
}
interface KubeconfigFile {
  apiVersion?: string;
  kind?: string;
  clusters?: Named[] | null;
  users?: Named[] | null;
  contexts?: Named[] | null;
  'current-context'?: string;
  [field: string]: unknown;
}

/** The identities of the daemons, as upstream names them; the file is `<config>/<name>.kubeconfig`. */
function identities(nodeName: string): { name: string; commonName: string; organizations?: string[] }[] {
  return [
    { name: 'admin', commonName: 'kubernetes-admin', organizations: ['system:masters'] },
    { name: 'controller-manager', commonName: 'system:kube-controller-manager' },
    { name: 'scheduler', commonName: 'system:kube-scheduler' },
    { name: 'kubelet', commonName: `system:node:${nodeName}`, organizations: ['system:nodes'] },
    { name: 'kube-proxy', commonName: 'system:kube-proxy' },
  ];
}

export interface KubeconfigContents {
  ca: KeyPair;
  nodeName: string;
  /** The apiservers, the first of which is the one that everybody knows. */
  servers: readonly string[];
  now: Date;
}

/** A certificate and a kubeconfig for the admin and for every daemon. */
export async function writeKubeconfigs(places: Places, contents: KubeconfigContents): Promise<void> {
  const { ca, now, servers } = contents;
  for (const identity of identities(contents.nodeName)) {
    const pair = await ensureLeaf(places.pki, `${identity.name}-client`, ca, now, { ...identity, usages: ['client'] });
    const kubeconfig = kubeconfigOf(ca.cert, pair, servers);
    // JSON is YAML too, and a daemon that reads it need not load a YAML parser.
    const forPeople = identity.name === 'admin';
    const text = forPeople ? stringify(kubeconfig, { lineWidth: 0 }) : `${JSON.stringify(kubeconfig, null, 2)}\n`;
    writeFileSync(join(places.config, `${identity.name}.kubeconfig`), text, { mode: 0o600 });
  }
}

/** Adds the admin's context to the user's kubeconfig and makes it the current one. */
export function mergeIntoUserKubeconfig(places: Places): string {
  const path = userKubeconfig();
  const remembered = originalFile(places);
  const original = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  const file = parseKubeconfig(original, path);
  if (!existsSync(remembered) && !(file.contexts ?? []).some((context) => context.name === CONTEXT)) {
    writeFileSync(remembered, JSON.stringify({ original }), { mode: 0o600 });
  }
  const ours = parseKubeconfig(readFileSync(places.adminKubeconfig, 'utf8'), places.adminKubeconfig);
  const merged: KubeconfigFile = {
    ...file,
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [...without(file.clusters), ...(ours.clusters ?? [])],
    users: [...without(file.users), ...(ours.users ?? [])],
    contexts: [...without(file.contexts), ...(ours.contexts ?? [])],
    'current-context': CONTEXT,
  };
  mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
  writeFileSync(path, stringify(merged, { lineWidth: 0 }), { mode: 0o600 });
  return path;
}

/**
 * Takes our context out again. Where nobody else changed the file since, it gets its first bytes back; a file that
 * was not there before and holds nothing else is removed.
 */
export function removeFromUserKubeconfig(places: Places): void {
  const path = userKubeconfig();
  if (!existsSync(path)) return;
  const file = parseKubeconfig(readFileSync(path, 'utf8'), path);
  if (!(file.contexts ?? []).some((context) => context.name === CONTEXT)) return;
  const record = originalFile(places);
  const original = existsSync(record)
    ? (JSON.parse(readFileSync(record, 'utf8')) as { original?: string }).original
    : undefined;
  const before = parseKubeconfig(original, path);
  const rest: KubeconfigFile = {
    ...file,
    clusters: without(file.clusters),
    users: without(file.users),
    contexts: without(file.contexts),
    'current-context':
      file['current-context'] === CONTEXT ? (before['current-context'] ?? '') : (file['current-context'] ?? ''),
  };
  if (comparable(rest) !== comparable(before)) writeFileSync(path, stringify(rest, { lineWidth: 0 }), { mode: 0o600 });
  else if (original !== undefined) writeFileSync(path, original);
  else removeFileAndEmptyFolder(path);
}

function kubeconfigOf(caCert: string, pair: KeyPair, servers: readonly string[]): KubeconfigFile {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: CONTEXT, cluster: { ...clusterEntryOf(servers), 'certificate-authority-data': base64(caCert) } },
    ],
    users: [
      {
        name: CONTEXT,
        user: { 'client-certificate-data': base64(pair.cert), 'client-key-data': base64(pair.key) },
      },
    ],
    contexts: [{ name: CONTEXT, context: { cluster: CONTEXT, user: CONTEXT } }],
    'current-context': CONTEXT,
  };
}

function parseKubeconfig(text: string | undefined, path: string): KubeconfigFile {
  if (text === undefined) return {};
  const value: unknown = parse(text);
  if (value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new Error(`${path} is not a kubeconfig file`);
  return value as KubeconfigFile;
}

function without(entries: Named[] | null | undefined): Named[] {
  return (entries ?? []).filter((entry) => entry.name !== CONTEXT);
}

/** The content regardless of what an empty file may or may not spell out. */
function comparable(file: KubeconfigFile): string {
  const { apiVersion: _, kind: __, clusters, users, contexts, 'current-context': current, ...others } = file;
  return JSON.stringify([clusters ?? [], users ?? [], contexts ?? [], current ?? '', others]);
}

function removeFileAndEmptyFolder(path: string): void {
  rmSync(path);
  try {
    rmdirSync(dirname(path));
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

function userKubeconfig(): string {
  return join(homedir(), '.kube', 'config');
}

function originalFile(places: Places): string {
  return join(places.config, 'kubeconfig-before.json');
}

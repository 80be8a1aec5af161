import type { KubeconfigFile } from '@wherry/client';
import { CliError } from '../cli/errors.ts';

/** Changes to a kubeconfig, as functions from one file to the next. Entries that are not named stay as they are. */

type Section = 'clusters' | 'contexts' | 'users';
const inner = { clusters: 'cluster', contexts: 'context', users: 'user' } as const;

interface Entry {
  name: string;
  [inner: string]: unknown;
}

function entriesOf(file: KubeconfigFile, section: Section): Entry[] {
  return (file[section] ?? []) as unknown as Entry[];
}

export function hasEntry(file: KubeconfigFile, section: Section, name: string): boolean {
  return entriesOf(file, section).some((e) => e.name === name);
}

/** Sets fields of an entry, which is added where there is none; an empty value removes the field. */
export function setEntry(
  file: KubeconfigFile,
  section: Section,
  name: string,
  fields: Readonly<Record<string, string | boolean | object | undefined>>,
): KubeconfigFile {
  const key = inner[section];
  const entries = entriesOf(file, section);
  const before = entries.find((e) => e.name === name);
  const value: Record<string, unknown> = { ...(before?.[key] as object | undefined) };
  for (const [field, next] of Object.entries(fields)) {
    if (next === undefined) continue;
    if (next === '') delete value[field];
    else value[field] = next;
  }
  const after: Entry = { ...before, name, [key]: value };
  const list = before ? entries.map((e) => (e === before ? after : e)) : [...entries, after];
  return { ...file, [section]: list };
}

export function deleteEntry(file: KubeconfigFile, section: Section, name: string): KubeconfigFile {
  return { ...file, [section]: entriesOf(file, section).filter((e) => e.name !== name) };
}

export function useContext(file: KubeconfigFile, name: string): KubeconfigFile {
  return { ...file, 'current-context': name };
}

export function renameContext(file: KubeconfigFile, from: string, to: string): KubeconfigFile {
  if (!hasEntry(file, 'contexts', from))
    throw new CliError(`cannot rename the context ${JSON.stringify(from)}, it's not in the kubeconfig`);
  if (hasEntry(file, 'contexts', to))
    throw new CliError(
      `cannot rename the context ${JSON.stringify(from)}, the context ${JSON.stringify(to)} already exists`,
    );
  const contexts = entriesOf(file, 'contexts').map((e) => (e.name === from ? { ...e, name: to } : e));
  const current = file['current-context'] === from ? to : file['current-context'];
  return {
    ...file,
    contexts: contexts as unknown as NonNullable<KubeconfigFile['contexts']>,
    'current-context': current,
  };
}

/** Only what the given context needs. */
export function minify(file: KubeconfigFile, context: string): KubeconfigFile {
  const entry = file.contexts?.find((c) => c.name === context);
  if (!entry) throw new CliError(`cannot locate context ${context}`);
  return {
    ...file,
    contexts: [entry],
    clusters: (file.clusters ?? []).filter((c) => c.name === entry.context.cluster),
    users: (file.users ?? []).filter((u) => u.name === entry.context.user),
    'current-context': context,
  };
}

const omitted = new Set(['certificate-authority-data', 'client-certificate-data', 'client-key-data']);
const redacted = new Set(['token', 'password']);

/** Keys, tokens and certificates are not shown unless they are asked for. */
export function redact(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redact);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inside]) => {
      if (typeof inside === 'string' && inside !== '' && omitted.has(key)) return [key, 'DATA+OMITTED'];
      if (typeof inside === 'string' && inside !== '' && redacted.has(key)) return [key, 'REDACTED'];
      return [key, redact(inside)];
    }),
  );
}

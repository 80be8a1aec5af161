/** The fields of a kubeconfig, in the order of upstream's types: for printing as JSON, and for `config set`. */

export type FieldType = 'string' | 'bytes' | 'bool' | 'list';

interface Shape {
  readonly fields: Readonly<Record<string, FieldType>>;
  /** Printed even when they are empty. */
  readonly always: readonly string[];
}

export const sections = { clusters: 'cluster', users: 'user', contexts: 'context' } as const;
export type SectionName = keyof typeof sections;

export const shapes: Readonly<Record<SectionName, Shape>> = {
  clusters: {
    fields: {
      server: 'string',
      'tls-server-name': 'string',
      'insecure-skip-tls-verify': 'bool',
      'certificate-authority': 'string',
      'certificate-authority-data': 'bytes',
      'proxy-url': 'string',
      'disable-compression': 'bool',
    },
    always: ['server'],
  },
  users: {
    fields: {
      'client-certificate': 'string',
      'client-certificate-data': 'bytes',
      'client-key': 'string',
      'client-key-data': 'bytes',
      token: 'string',
      tokenFile: 'string',
      as: 'string',
      'as-uid': 'string',
      'as-groups': 'list',
      username: 'string',
      password: 'string',
    },
    always: [],
  },
  contexts: { fields: { cluster: 'string', user: 'string', namespace: 'string' }, always: ['cluster', 'user'] },
};

const execOrder = ['command', 'args', 'env', 'apiVersion', 'installHint', 'provideClusterInfo', 'interactiveMode'];

/** The file as kubectl shows it: its own order of fields, and null for a section without entries. */
export function shaped(file: object): Record<string, unknown> {
  const { kind, apiVersion, preferences, clusters, users, contexts, ...rest } = file as Record<string, unknown>;
  const isEmpty = typeof preferences !== 'object' || preferences === null || Object.keys(preferences).length === 0;
  const { 'current-context': current = '', ...others } = rest;
  return {
    kind,
    apiVersion,
    ...(isEmpty ? {} : { preferences }),
    clusters: entries('clusters', clusters),
    users: entries('users', users),
    contexts: entries('contexts', contexts),
    'current-context': current,
    ...others,
  };
}

function entries(section: SectionName, list: unknown): object[] | null {
  if (!Array.isArray(list) || list.length === 0) return null;
  const inner = sections[section];
  const byName = (list as Record<string, unknown>[]).toSorted((a, b) => (String(a.name) < String(b.name) ? -1 : 1));
  return byName.map((entry) => ({ name: entry.name, [inner]: ordered(section, entry[inner]) }));
}

function ordered(section: SectionName, value: unknown): Record<string, unknown> {
  const given = (value ?? {}) as Record<string, unknown>;
  const { fields, always } = shapes[section];
  const out: Record<string, unknown> = {};
  for (const name of Object.keys(fields)) {
    if (given[name] !== undefined && given[name] !== '' && given[name] !== false) out[name] = given[name];
    else if (always.includes(name)) out[name] = '';
  }
  for (const [name, field] of Object.entries(given)) {
    if (!(name in fields)) out[name] = name === 'exec' ? orderedExec(field as Record<string, unknown>) : field;
  }
  return out;
}

function orderedExec(exec: Record<string, unknown>): Record<string, unknown> {
  const full: Record<string, unknown> = { args: null, env: null, provideClusterInfo: false, ...exec };
  const rest = Object.keys(full).filter((name) => !execOrder.includes(name));
  const names = [...execOrder, ...rest].filter((name) => full[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, full[name]]));
}

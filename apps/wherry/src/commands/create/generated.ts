import { createHash } from 'node:crypto';
import type { Invocation } from '../../cli/command.ts';
import { CliError, statusOf } from '../../cli/errors.ts';
import { bool, string } from '../../cli/flags.ts';
import type { FlagValues } from '../../cli/flags.ts';
import { apiVersionOf, resourcePath, type ApiResource } from '../../resources/mapping.ts';
import { sortKeys, toCompactJson } from '../../printing/json.ts';
import { withLastApplied } from '../../resources/last-applied.ts';
import type { Unstructured } from '../../resources/unstructured.ts';
import { Outcome, dryRunFlag, outputFlags, readDryRun, validateFlag, writeQuery } from '../outcome.ts';

/** Flags of every `create KIND`. */
export const generatorFlags = {
  ...outputFlags,
  ...dryRunFlag,
  ...validateFlag,
  'field-manager': string('Name of the manager used to track field ownership.', 'kubectl-create'),
  'save-config': bool('If true, the configuration of current object will be saved in its annotation.'),
};

/** `--append-hash` of what has data. */
export const appendHashFlag = {
  'append-hash': bool('Append a hash of the object to its name.'),
};

const hashLetters: Readonly<Record<string, string>> = { 0: 'g', 1: 'h', 3: 'k', a: 'm', e: 't' };

/** The name with the hash of what it names, as kustomize and kubectl make it. */
export function hashedName(name: string, content: Record<string, unknown>): string {
  const digest = createHash('sha256')
    .update(toCompactJson(sortKeys({ ...content, name })))
    .digest('hex');
  return `${name}-${digest.slice(0, 10).replaceAll(/[013ae]/g, (letter) => hashLetters[letter] ?? letter)}`;
}

/** Built-in resources need no discovery to be created. */
export function builtIn(group: string, kind: string, plural: string, namespaced = true): ApiResource {
  return {
    group,
    version: 'v1',
    kind,
    plural,
    singular: kind.toLowerCase(),
    shortNames: [],
    categories: [],
    namespaced,
    verbs: [],
    subresources: [],
    preferred: true,
  };
}

export function requireName({ args, path }: Pick<Invocation, 'args' | 'path'>): string {
  const [name] = args;
  if (name === undefined || args.length !== 1) {
    throw new CliError(`exactly one NAME is required, got ${args.length}\nSee '${path} -h' for help and examples`);
  }
  return name;
}

export type GeneratorInvocation = Pick<Invocation, 'session' | 'out' | 'args' | 'path'> & {
  readonly flags: FlagValues<typeof generatorFlags>;
};

/**
 * Creates what a command line described, or prints it with --dry-run=client. `failureSubject` is what a failure is said
 * to be of; with an empty one the server's error is given as it is.
 */
export async function createGenerated(
  invocation: Pick<GeneratorInvocation, 'session' | 'out' | 'flags'>,
  resource: ApiResource,
  name: string,
  rest: Record<string, unknown>,
  options: { readonly operation?: string; readonly failureSubject?: string } = {},
): Promise<Unstructured> {
  const { session, flags } = invocation;
  const { operation = 'created' } = options;
  const dryRun = readDryRun(flags['dry-run']);
  const outcome = await Outcome.of(invocation, dryRun);
  const { metadata, ...fields } = rest as { metadata?: Unstructured['metadata'] };
  const asked = session.flags.namespace;
  // A dry run shows the namespace only where it was asked for, as it need not know the context.
  const namespace = !resource.namespaced
    ? undefined
    : dryRun === 'client'
      ? asked || undefined
      : await session.namespace();
  const object: Unstructured = {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    metadata: { ...metadata, name, ...(namespace ? { namespace } : {}) },
    ...fields,
  };
  const body = flags['save-config'] ? withLastApplied(object) : object;
  if (dryRun === 'client') {
    outcome.say(resource, body, operation);
    return body;
  }
  try {
    const created = await session.request<Unstructured>({
      method: 'POST',
      path: resourcePath(resource, namespace),
      query: writeQuery(dryRun, flags['field-manager'], flags.validate),
      body,
    });
    outcome.say(resource, created, operation);
    return created;
  } catch (error) {
    throw named(error, options.failureSubject ?? `${resource.kind.toLowerCase()}:`);
  }
}

function named(error: unknown, what: string): unknown {
  const status = statusOf(error);
  return !status || what === '' ? error : new CliError(`failed to create ${what} ${status.message ?? ''}`);
}

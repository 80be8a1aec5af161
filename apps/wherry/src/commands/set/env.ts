import { defineCommand, type Invocation } from '../../cli/command.ts';
import { CliError } from '../../cli/errors.ts';
import { array, bool, list, string } from '../../cli/flags.ts';
import { readAll } from '../../cli/io.ts';
import { findByWord, resourcePath } from '../../resources/mapping.ts';
import { requireResource } from '../../resources/select.ts';
import type { Unstructured } from '../../resources/unstructured.ts';
import { NotOfThisKind, applyChange, objectsToSet, setFlags } from './changes.ts';
import { matchingContainers, podSpecOf, type SetContainer } from './pod-spec.ts';

type EnvVar = NonNullable<SetContainer['env']>[number];

const envFlags = {
  ...setFlags,
  containers: string('The names of containers in the selected pod templates to change, may use wildcards.', '*', {
    short: 'c',
  }),
  env: array('Specify a key-value pair for an environment variable to set into each container.', { short: 'e' }),
  from: string('The name of a resource from which to inject environment variables'),
  keys: list('Comma-separated list of keys to import from specified resource'),
  list: bool('If true, display the environment and any changes in the standard format.'),
  overwrite: bool(
    'If true, allow environment to be overwritten, otherwise reject updates that overwrite existing environment.',
    true,
  ),
  prefix: string('Prefix to append to variable names'),
  resolve: bool('If true, show secret or configmap references when listing variables'),
};

export const setEnv = defineCommand({
  name: 'env',
  summary: 'Update environment variables on a pod template',
  usage: 'RESOURCE/NAME KEY_1=VAL_1 ... KEY_N=VAL_N',
  examples: `# Set a variable, remove another
wherry set env deployment/web LEVEL=debug OLD-
# All keys of a config map
wherry set env deployment/web --from=configmap/settings --prefix=APP_
# Show what is set
wherry set env deployment/web --list`,
  flags: envFlags,
  run: async (invocation) => {
    const { flags, args } = invocation;
    const isChange = (word: string): boolean => /^[^/=]+-$/.test(word) || word === '-' || word.includes('=');
    const subjects = args.filter((word) => !isChange(word));
    const words = [...args.filter(isChange), ...flags.env];
    if (subjects.length === 0 && flags.filename.length === 0) {
      throw new CliError('one or more resources must be specified as <resource> <name> or <resource>/<name>');
    }
    const { set, remove } = await readChanges(words, invocation);
    const imported = flags.from ? await importedFrom(invocation, flags.from) : [];
    const objects = await objectsToSet(invocation, subjects);
    const change = (container: SetContainer): void => {
      if (!flags.overwrite) refuseOverwrite(container, [...imported, ...set]);
      container.env = changed(container.env ?? [], [...imported, ...set], remove);
      if (container.env.length === 0) delete container.env;
    };
    if (flags.list) {
      for (const { info, object } of objects) {
        const spec = podSpecOf(object);
        for (const container of matchingContainers(spec.containers ?? [], flags.containers)) {
          change(container);
          invocation.out(`# ${object.kind} ${info.name}, container ${container.name}\n`);
          for (const variable of container.env ?? [])
            invocation.out(await listed(invocation, info.namespace, variable));
        }
      }
      return;
    }
    await applyChange(invocation, objects, {
      what: 'env update to pod template',
      done: 'env updated',
      mutate: (object, info) => {
        const spec = podSpecOf(object);
        const containers = matchingContainers(spec.containers ?? [], flags.containers);
        if (containers.length === 0) {
          invocation.err(
            `Warning: ${object.kind}/${info.name} does not have any containers matching ${JSON.stringify(flags.containers)}\n`,
          );
        }
        for (const container of containers) change(container);
      },
    });
  },
});

async function readChanges(
  words: readonly string[],
  { io }: Pick<Invocation, 'io'>,
): Promise<{ set: EnvVar[]; remove: string[] }> {
  const set: EnvVar[] = [];
  const remove: string[] = [];
  const lines = words.includes('-') ? (await readAll(io.stdin)).split('\n') : [];
  const all = [
    ...words.filter((word) => word !== '-'),
    ...lines.filter((line) => line !== '' && !line.startsWith('#')),
  ];
  for (const word of all) {
    const equals = word.indexOf('=');
    if (equals > 0) set.push({ name: word.slice(0, equals), value: word.slice(equals + 1) });
    else if (equals < 0 && word.endsWith('-')) remove.push(word.slice(0, -1));
    else throw new CliError(`environment variables must be of the form key=value and is ${JSON.stringify(word)}`);
  }
  const both = remove.find((name) => set.some((variable) => variable.name === name));
  if (both !== undefined) {
    throw new CliError(`can not both modify and remove an environment variable in the same command: ${both}`);
  }
  return { set, remove };
}

/** Every key of a config map or secret as a variable that refers to it. */
async function importedFrom(
  { session, flags, err }: Pick<Invocation<typeof envFlags>, 'session' | 'flags' | 'err'>,
  from: string,
): Promise<EnvVar[]> {
  const [type = '', name = ''] = from.split('/');
  const resource = requireResource(await session.resources(), type);
  const path = resourcePath(resource, await session.namespace(), name);
  const object = await session.request<Unstructured>({ method: 'GET', path });
  if (resource.kind !== 'ConfigMap' && resource.kind !== 'Secret') {
    throw new CliError(`unsupported resource specified in --from`);
  }
  const reference = resource.kind === 'ConfigMap' ? 'configMapKeyRef' : 'secretKeyRef';
  return Object.keys((object['data'] ?? {}) as object)
    .toSorted()
    .filter((key) => flags.keys.length === 0 || flags.keys.includes(key))
    .map((key) => {
      const variable = key.replaceAll(/[^a-zA-Z0-9_]/g, '_').toUpperCase();
      if (variable !== key) err(`Warning: key ${key} transferred to ${variable}\n`);
      return { name: `${flags.prefix}${variable}`, valueFrom: { [reference]: { key, name } } };
    });
}

function changed(old: readonly EnvVar[], set: readonly EnvVar[], remove: readonly string[]): EnvVar[] {
  const next = old.filter(({ name }) => !remove.includes(name));
  for (const variable of set) {
    const at = next.findIndex(({ name }) => name === variable.name);
    if (at < 0) next.push(variable);
    else next[at] = variable;
  }
  return next;
}

function refuseOverwrite(container: SetContainer, set: readonly EnvVar[]): void {
  const twice = set.find(({ name }) => container.env?.some((variable) => variable.name === name));
  if (twice) {
    const value = container.env?.find(({ name }) => name === twice.name)?.value ?? '';
    throw new NotOfThisKind(`'${twice.name}' already has a value (${value}), and --overwrite is false`);
  }
}

interface Reference {
  readonly configMapKeyRef?: { readonly name: string; readonly key: string };
  readonly secretKeyRef?: { readonly name: string; readonly key: string };
  readonly fieldRef?: { readonly apiVersion?: string; readonly fieldPath: string };
  readonly resourceFieldRef?: { readonly containerName?: string; readonly resource: string };
}

async function listed(
  invocation: Pick<Invocation<typeof envFlags>, 'session' | 'flags'>,
  namespace: string | undefined,
  { name, value, valueFrom }: EnvVar,
): Promise<string> {
  if (!valueFrom) return `${name}=${value ?? ''}\n`;
  const from = valueFrom as Reference;
  const keyed = from.configMapKeyRef ?? from.secretKeyRef;
  if (!keyed) {
    const text = from.fieldRef
      ? `field path ${from.fieldRef.fieldPath}`
      : `a resource field ${from.resourceFieldRef?.resource ?? ''}`;
    return `# ${name} from ${text}\n`;
  }
  const isSecret = from.secretKeyRef !== undefined;
  if (!invocation.flags.resolve) {
    return `# ${name} from ${isSecret ? 'secret' : 'configmap'} ${keyed.name}, key ${keyed.key}\n`;
  }
  const { session } = invocation;
  const resource = findByWord(await session.resources(), isSecret ? 'secrets' : 'configmaps');
  if (!resource) return '';
  const object = await session.request<Unstructured>({
    method: 'GET',
    path: resourcePath(resource, namespace, keyed.name),
  });
  const data = (object['data'] ?? {}) as Record<string, string>;
  const found = data[keyed.key] ?? '';
  return `${name}=${isSecret ? Buffer.from(found, 'base64').toString('utf8') : found}\n`;
}

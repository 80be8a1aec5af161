import type { Invocation } from '../../cli/command.ts';
import { CliError, throwGathered } from '../../cli/errors.ts';
import { bool, string } from '../../cli/flags.ts';
import { readManifests } from '../../resources/manifests.ts';
import { resourcePath } from '../../resources/mapping.ts';
import { getObject, type Info } from '../../resources/select.ts';
import type { Unstructured } from '../../resources/unstructured.ts';
import { builtIn } from '../create/generated.ts';
import { Outcome, dryRunFlag, outputFlags, readDryRun, writeQuery } from '../outcome.ts';
import { selectedInfos, selectionFlags } from '../selection-flags.ts';

const { all, filename, recursive, selector } = selectionFlags;

/** Wrong for this object; said with the object's name before it. */
export class NotOfThisKind extends Error {}

/** Flags of every `set` subcommand. */
export const setFlags = {
  ...outputFlags,
  ...dryRunFlag,
  all,
  filename,
  recursive,
  selector,
  'field-manager': string('Name of the manager used to track field ownership.', 'kubectl-set'),
  local: bool('If true, the command will NOT contact the server but run locally.'),
};

type SetInvocation = Pick<Invocation, 'session' | 'io' | 'out' | 'args'> & {
  readonly flags: {
    readonly [K in keyof typeof setFlags]: (typeof setFlags)[K]['initial'];
  };
};

export interface Change {
  /** What failures are said to be of: `failed to patch WHAT: ...`. */
  readonly what: string;
  /** The words after the object's name. */
  readonly done: string;
  /** Whether the object is named even where nothing changes. */
  readonly always?: boolean;
  /** Changes a copy of the object in place; throws what is wrong with it. */
  mutate(object: Unstructured, info: Info): void | Promise<void>;
}

/** The objects that a `set` command is about: from the server, or with --local as the files have them. */
export async function objectsToSet(
  invocation: SetInvocation,
  args: readonly string[],
): Promise<{ info: Info; object: Unstructured }[]> {
  const { flags, session, io } = invocation;
  if (flags.local) {
    if (flags.filename.length === 0) {
      throw new CliError(
        `one or more files must be specified as -f when --local is set\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'`,
      );
    }
    const manifests = await readManifests(flags.filename, { recursive: flags.recursive, verb: 'set' }, io);
    return manifests.map(({ object, source }) => ({ info: localInfo(object, source), object }));
  }
  const infos = await selectedInfos(invocation, args, 'set');
  const objects: { info: Info; object: Unstructured }[] = [];
  for (const info of infos) objects.push({ info, object: await getObject(session, info) });
  return objects;
}

function localInfo(object: Unstructured, source: string): Info {
  const [version = '', group = ''] = object.apiVersion.split('/').toReversed();
  const resource = { ...builtIn(group, object.kind, ''), version };
  return { resource, namespace: object.metadata.namespace, name: object.metadata.name ?? '', object, source };
}

/** Makes one change to every object, and sends what came of it as a strategic merge patch. */
export async function applyChange(
  invocation: SetInvocation,
  objects: readonly { info: Info; object: Unstructured }[],
  change: Change,
): Promise<void> {
  const { flags, session } = invocation;
  const dryRun = readDryRun(flags['dry-run']);
  const outcome = await Outcome.of(invocation, dryRun);
  const errors: unknown[] = [];
  for (const { info, object } of objects) {
    const after = structuredClone(object);
    try {
      await change.mutate(after, info);
    } catch (error) {
      errors.push(error instanceof NotOfThisKind ? new CliError(`${objectName(info)} ${error.message}`) : error);
      continue;
    }
    const { patch, contentType } = await patchBetween(info, object, after);
    if (Object.keys(patch).length === 0 && !change.always) continue;
    if (flags.local || dryRun === 'client') {
      outcome.say(info.resource, after, change.done);
      continue;
    }
    try {
      const stored = await session.request<Unstructured>({
        method: 'PATCH',
        path: resourcePath(info.resource, info.namespace, info.name),
        query: writeQuery(dryRun, flags['field-manager']),
        contentType,
        body: patch,
      });
      outcome.say(info.resource, stored, change.done);
    } catch (error) {
      errors.push(
        new CliError(
          `failed to patch ${change.what}${change.what.startsWith('resources') ? '' : ':'} ${(error as Error).message}`,
        ),
      );
    }
  }
  throwGathered(errors);
}

async function patchBetween(
  { resource }: Info,
  before: Unstructured,
  after: Unstructured,
): Promise<{ patch: object; contentType: string }> {
  const [{ createMergePatch, createStrategicPatch }, { findResourceByKind }] = await Promise.all([
    import('@wherry/apimachinery'),
    import('@wherry/api'),
  ]);
  const known = findResourceByKind(resource.group, resource.version, resource.kind);
  if (known) {
    const patch = createStrategicPatch(known.schema, before, after);
    return { patch, contentType: 'application/strategic-merge-patch+json' };
  }
  const patch = (createMergePatch(before, after) ?? {}) as object;
  return { patch, contentType: 'application/merge-patch+json' };
}

/** As messages of `set` name an object: `deployments/web`. */
export function objectName({ resource, name }: Info): string {
  return `${resource.plural || resource.kind.toLowerCase()}/${name}`;
}

import { defineCommand, type CommandSpec, type Invocation } from '../cli/command.ts';
import { CliError, isStatusReason, throwGathered, withSource } from '../cli/errors.ts';
import { bool, duration, int, list, string } from '../cli/flags.ts';
import { clientSideManager, serverSideManager } from '../apply/merge.ts';
import { sortKeys } from '../printing/json.ts';
import { makePrinter } from '../printing/printer.ts';
import { hasLastApplied, lastAppliedOf, withLastApplied } from '../resources/last-applied.ts';
import { resourcePath, type ApiResource } from '../resources/mapping.ts';
import { choose, getIfThere, getObject, type Info } from '../resources/select.ts';
import type { Unstructured } from '../resources/unstructured.ts';
import { editLastApplied, setLastApplied, viewLastApplied } from './apply-last-applied.ts';
import { kustomizeFlag, refuseKustomize } from './kustomize.ts';
import { Outcome, dryRunFlag, outputFlags, readDryRun, validateFlag, writeQuery, type DryRun } from './outcome.ts';
import { readCascade } from './propagation.ts';
import { selectionFlags } from './selection-flags.ts';

const { filename, recursive, selector } = selectionFlags;
const applyFlags = {
  ...outputFlags,
  ...dryRunFlag,
  ...validateFlag,
  ...kustomizeFlag,
  all: bool('Select all resources in the namespace of the specified resource types.'),
  cascade: string(
    'Must be "background", "orphan", or "foreground". Selects the deletion cascading strategy for the dependents.',
    'background',
    { bare: 'background' },
  ),
  filename,
  recursive,
  selector,
  'field-manager': string('Name of the manager used to track field ownership.', clientSideManager),
  force: bool('If true, what cannot be changed is deleted and created anew.'),
  'force-conflicts': bool('If true, server-side apply will force the changes against conflicts.'),
  'grace-period': int('Period of time in seconds given to a pruned resource to terminate gracefully.', -1),
  'openapi-patch': bool('Accepted for compatibility.', true, { hidden: true }),
  overwrite: bool('Automatically resolve conflicts between the modified and live configuration.', true, {
    hidden: true,
  }),
  prune: bool('Automatically delete resource objects that do not appear in the configs and were applied before.'),
  'prune-allowlist': list('Overwrite the default allowlist with <group/version/kind> for --prune'),
  'server-side': bool('If true, apply runs in the server instead of the client.'),
  timeout: duration('The length of time to wait before giving up on a delete', 0),
  wait: bool('If true, wait for pruned resources to be gone before returning. This waits for finalizers.'),
};

const applyFiles = defineCommand({
  name: 'apply',
  summary: 'Apply a configuration to a resource by file name or stdin',
  usage: '(-f FILENAME)',
  examples: `# Apply a manifest
wherry apply -f web.yaml
# Apply a directory and those in it
wherry apply -R -f manifests/
# Let the server merge, and own the fields
wherry apply --server-side -f web.yaml
# Apply what another command prints
cat web.yaml | wherry apply -f -
# Delete what was applied before with this label and is no longer in the directory
wherry apply --prune -l app=web -f manifests/`,
  flags: applyFlags,
  run: runApply,
});

export const apply: CommandSpec = { ...applyFiles, subcommands: [editLastApplied, setLastApplied, viewLastApplied] };

type ApplyInvocation = Invocation<typeof applyFlags>;

async function runApply(invocation: ApplyInvocation): Promise<void> {
  const { flags, args, session, io } = invocation;
  if (args.length > 0)
    throw new CliError(`Unexpected args: [${args.join(' ')}]\nSee 'wherry apply -h' for help and examples`);
  const dryRun = readDryRun(flags['dry-run']);
  checkFlags(invocation, dryRun);
  const teller = await Teller.of(invocation, dryRun);
  const chosen = await choose(session, io, {
    args,
    filenames: flags.filename,
    recursive: flags.recursive,
    verb: 'apply',
  });
  const infos = await matching(chosen.kind === 'objects' ? chosen.infos : [], flags.selector);
  if (infos.length === 0) throw new CliError('no objects passed to apply');
  if (flags.prune) await readKinds(invocation);
  const errors: unknown[] = [];
  const uids = new Set<string>();
  const namespaces = new Set<string>();
  for (const info of infos) {
    try {
      const { object, operation } = flags['server-side']
        ? await applyServerSide(invocation, info, dryRun)
        : await applyOne(invocation, info, dryRun);
      if (object.metadata.uid) uids.add(object.metadata.uid);
      if (info.namespace) namespaces.add(info.namespace);
      teller.say(info, object, operation);
    } catch (error) {
      const said = (error as Error).message.startsWith('error when ');
      const plain = said || error instanceof CliError || flags['server-side'];
      errors.push(plain ? error : withSource(error, 'applying', info.source));
    }
  }
  if (errors.length === 0) teller.end();
  throwGathered(errors);
  if (flags.prune) await pruneRest(invocation, dryRun, { uids, namespaces }, teller);
}

function checkFlags({ flags }: ApplyInvocation, dryRun: DryRun): void {
  if (flags['force-conflicts'] && !flags['server-side']) {
    throw new CliError('--force-conflicts only works with --server-side');
  }
  if (dryRun === 'client' && flags['server-side']) {
    throw new CliError("--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)");
  }
  refuseKustomize(flags.kustomize, 'apply');
  if (flags.filename.length === 0) throw new CliError('must specify one of -f and -k');
  if (flags.force && flags['server-side']) throw new CliError('--force cannot be used with --server-side');
  if (flags.force && dryRun === 'server') throw new CliError('--dry-run=server cannot be used with --force');
  if (flags.all && flags.selector) throw new CliError('cannot set --all and --selector at the same time');
  if (flags.prune && !flags.all && !flags.selector) {
    throw new CliError(
      'all resources selected for prune without explicitly passing --all. To prune all resources, pass the --all flag. If you did not mean to prune all resources, specify a label selector',
    );
  }
}

async function matching(infos: readonly Info[], text: string): Promise<readonly Info[]> {
  if (text === '') return infos;
  const { matchesLabels, parseLabelSelector } = await import('@wherry/apimachinery');
  const requirements = parseLabelSelector(text);
  return infos.filter(({ object }) => matchesLabels(requirements, object?.metadata.labels));
}

/** Says what happened to each object as it happens; a format of -o waits for all of them, to print one document. */
class Teller {
  readonly #outcome: Outcome;
  readonly #print: ((objects: readonly Unstructured[]) => void) | undefined;
  readonly #objects: Unstructured[] = [];

  private constructor(outcome: Outcome, print: ((objects: readonly Unstructured[]) => void) | undefined) {
    this.#outcome = outcome;
    this.#print = print;
  }

  static async of(invocation: ApplyInvocation, dryRun: DryRun): Promise<Teller> {
    const { flags, out } = invocation;
    const outcome = await Outcome.of(invocation, dryRun);
    if (flags.output === '' || flags.output === 'name') return new Teller(outcome, undefined);
    const printer = await makePrinter({
      output: flags.output,
      template: flags.template,
      allowMissingKeys: flags['allow-missing-template-keys'],
      showManagedFields: flags['show-managed-fields'],
    });
    return new Teller(outcome, (objects) => {
      const [first] = objects;
      if (!first) return;
      const list = { apiVersion: 'v1', items: [...objects], kind: 'List', metadata: {} };
      out(printer.print(objects.length === 1 ? first : list));
    });
  }

  say({ resource }: Info, object: Unstructured, operation: string): void {
    if (this.#print) this.#objects.push(object);
    else this.#outcome.say(resource, object, operation);
  }

  end(): void {
    this.#print?.(this.#objects);
  }
}

async function readKinds({ flags, session }: ApplyInvocation): Promise<readonly ApiResource[]> {
  const { readAllowlist } = await import('../apply/prune.ts');
  return readAllowlist(await session.resources(), flags['prune-allowlist']);
}

async function pruneRest(
  invocation: ApplyInvocation,
  dryRun: DryRun,
  applied: { readonly uids: ReadonlySet<string>; readonly namespaces: ReadonlySet<string> },
  teller: Teller,
): Promise<void> {
  const { flags, session } = invocation;
  const { prune } = await import('../apply/prune.ts');
  if (flags['prune-allowlist'].length === 0) {
    invocation.err(
      'Warning: Deprecated: wherry apply will no longer prune non-namespaced resources by default when used with the --namespace flag in a future release. To preserve the current behaviour, list the resources you want to target explicitly in the --prune-allowlist flag.\n',
    );
  }
  const gone: Info[] = [];
  const options = {
    selector: flags.selector,
    dryRun,
    propagationPolicy: readCascade(flags.cascade),
    gracePeriodSeconds: flags['grace-period'],
  };
  await prune(session, await readKinds(invocation), applied, options, ({ info, object }) => {
    gone.push(info);
    teller.say(info, object, 'pruned');
  });
  if (!flags.wait || dryRun !== 'none') return;
  const { waitUntilGone } = await import('./delete.ts');
  for (const info of gone) await waitUntilGone(invocation, info, undefined, flags.timeout || weekMs);
}

const weekMs = 7 * 24 * 3600 * 1000;

interface Applied {
  readonly object: Unstructured;
  readonly operation: 'created' | 'configured' | 'unchanged' | 'serverside-applied';
}

/** A patch that lost a race is made again from what won, this many times. */
const maxAttempts = 5;

function checkName(info: Info): void {
  if (!info.object) throw new CliError('nothing to apply');
  if (info.name) return;
  const { generateName } = info.object.metadata;
  if (generateName) throw new CliError(`from ${generateName}: cannot use generate name with apply`);
  throw new CliError('resource name may not be empty');
}

async function applyServerSide(invocation: ApplyInvocation, info: Info, dryRun: DryRun): Promise<Applied> {
  checkName(info);
  const { flags, session } = invocation;
  const { applyOnServer } = await import('../apply/server-side.ts');
  const object = await applyOnServer(session, info, {
    dryRun,
    fieldManager: flags['field-manager'] === clientSideManager ? serverSideManager : flags['field-manager'],
    force: flags['force-conflicts'],
    validate: flags.validate,
    warn: invocation.err,
  });
  warnIfDeleting(invocation, object);
  return { object, operation: 'serverside-applied' };
}

async function applyOne(invocation: ApplyInvocation, info: Info, dryRun: DryRun): Promise<Applied> {
  checkName(info);
  const modified = sortKeys(withLastApplied(info.object as Unstructured)) as Unstructured;
  for (let attempt = 1; ; attempt++) {
    const current = await getIfThere(invocation.session, info);
    if (!current) return { object: await createOne(invocation, info, modified, dryRun), operation: 'created' };
    if (attempt === 1) warnOf(invocation, info, current);
    try {
      return await patchOne(invocation, info, modified, current, dryRun);
    } catch (error) {
      const lost = isStatusReason(error, 'Conflict');
      if (lost && attempt < maxAttempts) continue;
      if (invocation.flags.force && (lost || isStatusReason(error, 'Invalid'))) {
        return { object: await replaceByForce(invocation, info, modified), operation: 'configured' };
      }
      throw error;
    }
  }
}

async function createOne(
  { session, flags }: ApplyInvocation,
  info: Info,
  body: Unstructured,
  dryRun: DryRun,
): Promise<Unstructured> {
  if (dryRun === 'client') return body;
  try {
    return await session.request<Unstructured>({
      method: 'POST',
      path: resourcePath(info.resource, info.namespace),
      query: writeQuery(dryRun, flags['field-manager'], flags.validate),
      body,
    });
  } catch (error) {
    throw withSource(error, 'creating', info.source);
  }
}

function warnOf(invocation: ApplyInvocation, info: Info, current: Unstructured): void {
  if (!hasLastApplied(current)) {
    invocation.err(
      `Warning: resource ${info.resource.plural}/${info.name} is missing the kubectl.kubernetes.io/last-applied-configuration annotation which is required by wherry apply. wherry apply should only be used on resources created declaratively by either wherry create --save-config or wherry apply. The missing annotation will be patched automatically.\n`,
    );
  }
  warnIfDeleting(invocation, current);
}

function warnIfDeleting(invocation: ApplyInvocation, { metadata }: Unstructured): void {
  if (metadata.deletionTimestamp) {
    invocation.err(`Warning: Detected changes to resource ${metadata.name} which is currently being deleted.\n`);
  }
}

async function patchOne(
  invocation: ApplyInvocation,
  info: Info,
  modified: Unstructured,
  current: Unstructured,
  dryRun: DryRun,
): Promise<Applied> {
  const { session, flags } = invocation;
  const { createApplyPatch } = await import('../resources/apply-patch.ts');
  const { patch, contentType } = createApplyPatch(info.resource, lastAppliedOf(current), modified, current);
  if (Object.keys(patch).length === 0) return { object: current, operation: 'unchanged' };
  if (dryRun === 'client') return { object: modified, operation: 'configured' };
  try {
    const object = await session.request<Unstructured>({
      method: 'PATCH',
      path: resourcePath(info.resource, info.namespace, info.name),
      query: writeQuery(dryRun, flags['field-manager'], flags.validate),
      contentType,
      body: patch,
    });
    const same = object.metadata.resourceVersion === current.metadata.resourceVersion && dryRun === 'none';
    return { object, operation: same ? 'unchanged' : 'configured' };
  } catch (error) {
    if (isStatusReason(error, 'Conflict')) throw error;
    throw withPatch(error, info, patch);
  }
}

/** kubectl says what it tried to send, and to what. */
function withPatch(error: unknown, info: Info, patch: object): unknown {
  const { resource, namespace = '', name, source } = info;
  const group = `${resource.group}/${resource.version}`;
  const subject = `to:\nResource: "${group}, Resource=${resource.plural}", GroupVersionKind: "${group}, Kind=${resource.kind}"\nName: ${JSON.stringify(name)}, Namespace: ${JSON.stringify(namespace)}\nfor: ${JSON.stringify(source)}`;
  return withSource(error, 'applying patch', `PATCH ${JSON.stringify(patch)} ${subject}`);
}

async function replaceByForce(invocation: ApplyInvocation, info: Info, body: Unstructured): Promise<Unstructured> {
  const { session, flags } = invocation;
  const { deleteAndCreate } = await import('./replace-force.ts');
  await getObject(session, info);
  return await deleteAndCreate(invocation, info, body, {
    propagationPolicy: readCascade(flags.cascade),
    gracePeriodSeconds: flags['grace-period'],
    timeoutMs: flags.timeout,
    query: writeQuery('none', flags['field-manager'], flags.validate),
  });
}

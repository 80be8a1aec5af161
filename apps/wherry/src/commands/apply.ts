import { defineCommand, type Invocation } from '../cli/command.ts';
import { CliError, isStatusReason, throwGathered, withSource } from '../cli/errors.ts';
import { bool, string } from '../cli/flags.ts';
import { sortKeys } from '../printing/json.ts';
import { hasLastApplied, lastAppliedOf, withLastApplied } from '../resources/last-applied.ts';
import { resourcePath } from '../resources/mapping.ts';
import { choose, getObject, type Info } from '../resources/select.ts';
import type { Unstructured } from '../resources/unstructured.ts';
import { Outcome, dryRunFlag, outputFlags, readDryRun, validateFlag, writeQuery, type DryRun } from './outcome.ts';
import { selectionFlags } from './selection-flags.ts';

const { filename, recursive } = selectionFlags;
const applyFlags = {
  ...outputFlags,
  ...dryRunFlag,
  ...validateFlag,
  filename,
  recursive,
  'field-manager': string('Name of the manager used to track field ownership.', 'kubectl-client-side-apply'),
  force: bool('Accepted for compatibility.', false, { hidden: true }),
  'force-conflicts': bool('If true, server-side apply will force the changes against conflicts.'),
  overwrite: bool('Automatically resolve conflicts between the modified and live configuration.', true, {
    hidden: true,
  }),
  prune: bool('Not supported yet.', false, { hidden: true }),
  'server-side': bool('If true, apply runs in the server instead of the client.'),
};

export const apply = defineCommand({
  name: 'apply',
  summary: 'Apply a configuration to a resource by file name or stdin',
  usage: '(-f FILENAME)',
  examples: `# Apply a manifest
wherry apply -f web.yaml
# Apply a directory and those in it
wherry apply -R -f manifests/
# Apply what another command prints
cat web.yaml | wherry apply -f -`,
  flags: applyFlags,
  run: runApply,
});

type ApplyInvocation = Invocation<typeof applyFlags>;

async function runApply(invocation: ApplyInvocation): Promise<void> {
  const { flags, args, session, io } = invocation;
  if (args.length > 0)
    throw new CliError(`Unexpected args: [${args.join(' ')}]\nSee 'wherry apply -h' for help and examples`);
  if (flags.filename.length === 0) throw new CliError('must specify one of -f and -k');
  if (flags.prune) throw new CliError('--prune is not supported');
  const dryRun = readDryRun(flags['dry-run']);
  const outcome = await Outcome.of(invocation, dryRun);
  const chosen = await choose(session, io, {
    args,
    filenames: flags.filename,
    recursive: flags.recursive,
    verb: 'apply',
  });
  const errors: unknown[] = [];
  for (const info of chosen.kind === 'objects' ? chosen.infos : []) {
    try {
      const { object, operation } = flags['server-side']
        ? await applyOnServer(invocation, info, dryRun)
        : await applyOne(invocation, info, dryRun);
      outcome.say(info.resource, object, operation);
    } catch (error) {
      const said = (error as Error).message.startsWith('error when ');
      errors.push(said ? error : withSource(error, 'applying', info.source));
    }
  }
  throwGathered(errors);
}

interface Applied {
  readonly object: Unstructured;
  readonly operation: 'created' | 'configured' | 'unchanged' | 'serverside-applied';
}

/** A patch that lost a race is made again from what won, this many times. */
const maxAttempts = 5;

async function applyOne(invocation: ApplyInvocation, info: Info, dryRun: DryRun): Promise<Applied> {
  if (!info.object) throw new CliError('nothing to apply');
  if (!info.name) {
    if (info.object.metadata.generateName) {
      throw new CliError(`from ${info.object.metadata.generateName}: cannot use generate name with apply`);
    }
    throw new CliError('resource name may not be empty');
  }
  const modified = sortKeys(withLastApplied(info.object)) as Unstructured;
  for (let attempt = 1; ; attempt++) {
    const current = await getObject(invocation.session, info).catch((error: unknown) => {
      if (isStatusReason(error, 'NotFound')) return undefined;
      throw error;
    });
    if (!current) return { object: await createOne(invocation, info, modified, dryRun), operation: 'created' };
    try {
      return await patchOne(invocation, info, modified, current, dryRun);
    } catch (error) {
      if (!isStatusReason(error, 'Conflict') || attempt >= maxAttempts) throw error;
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

async function patchOne(
  invocation: ApplyInvocation,
  info: Info,
  modified: Unstructured,
  current: Unstructured,
  dryRun: DryRun,
): Promise<Applied> {
  const { session, flags } = invocation;
  if (!hasLastApplied(current)) {
    invocation.err(
      `Warning: resource ${info.resource.plural}/${info.name} is missing the kubectl.kubernetes.io/last-applied-configuration annotation which is required by wherry apply. wherry apply should only be used on resources created declaratively by either wherry create --save-config or wherry apply. The missing annotation will be patched automatically.\n`,
    );
  }
  if (current.metadata.deletionTimestamp) {
    invocation.err(`Warning: Detected changes to resource ${info.name} which is currently being deleted.\n`);
  }
  const { createApplyPatch } = await import('../resources/apply-patch.ts');
  const { patch, contentType } = createApplyPatch(info.resource, lastAppliedOf(current), modified, current);
  if (Object.keys(patch).length === 0) return { object: current, operation: 'unchanged' };
  if (dryRun === 'client') return { object: modified, operation: 'configured' };
  const object = await session.request<Unstructured>({
    method: 'PATCH',
    path: resourcePath(info.resource, info.namespace, info.name),
    query: writeQuery(dryRun, flags['field-manager'], flags.validate),
    contentType,
    body: patch,
  });
  return { object, operation: 'configured' };
}

async function applyOnServer({ session, flags }: ApplyInvocation, info: Info, dryRun: DryRun): Promise<Applied> {
  if (dryRun === 'client')
    throw new CliError("--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)");
  const manager = flags['field-manager'] === 'kubectl-client-side-apply' ? 'kubectl' : flags['field-manager'];
  const object = await session.request<Unstructured>({
    method: 'PATCH',
    path: resourcePath(info.resource, info.namespace, info.name),
    query: { ...writeQuery(dryRun, manager, flags.validate), force: flags['force-conflicts'] ? 'true' : undefined },
    contentType: 'application/apply-patch+yaml',
    body: info.object,
  });
  return { object, operation: 'serverside-applied' };
}

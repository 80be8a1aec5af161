import { defineCommand, type Invocation } from '../cli/command.ts';
import { CliError, isStatusReason, throwGathered, withSource } from '../cli/errors.ts';
import { bool, duration, int, string } from '../cli/flags.ts';
import { follow } from '../connection/watch.ts';
import { resourcePath, singularName } from '../resources/mapping.ts';
import type { Info } from '../resources/select.ts';
import { field, type Unstructured } from '../resources/unstructured.ts';
import { dryRunFlag, readDryRun, type DryRun } from './outcome.ts';
import { readCascade } from './propagation.ts';
import { selectedInfos, selectionFlags } from './selection-flags.ts';

const deleteFlags = {
  ...selectionFlags,
  ...dryRunFlag,
  cascade: string(
    'Must be "background", "orphan", or "foreground". Selects the deletion cascading strategy for the dependents.',
    'background',
    { bare: 'background' },
  ),
  force: bool('If true, immediately remove resources from API and bypass graceful deletion.'),
  'grace-period': int(
    'Period of time in seconds given to the resource to terminate gracefully. Ignored if negative.',
    -1,
  ),
  'ignore-not-found': bool('Treat "resource not found" as a successful delete.'),
  now: bool('If true, resources are signaled for immediate shutdown (same as --grace-period=1).'),
  output: string('Output mode. Use "-o name" for shorter output (resource/name).', '', { short: 'o' }),
  raw: string('Raw URI to DELETE to the server.'),
  timeout: duration(
    'The length of time to wait before giving up on a delete, zero means determine a timeout from the size of the object',
    0,
  ),
  wait: bool('If true, wait for resources to be gone before returning. This waits for finalizers.', true),
};

export const deleteCommand = defineCommand({
  name: 'delete',
  summary: 'Delete resources by file names, stdin, resources and names, or by resources and label selector',
  usage: '([-f FILENAME] | TYPE [(NAME | -l label | --all)])',
  examples: `# Delete what a manifest describes
wherry delete -f web.yaml
# Delete pods and services with a label
wherry delete pods,services -l app=web
# Delete a pod at once
wherry delete pod web --now`,
  flags: deleteFlags,
  run: runDelete,
});

const waitWithoutLimitMs = 168 * 3600 * 1000;

async function runDelete(invocation: Invocation<typeof deleteFlags>): Promise<void> {
  const { flags, session, args } = invocation;
  const dryRun = readDryRun(flags['dry-run']);
  if (flags.raw) {
    invocation.out(String(JSON.stringify(await session.request({ method: 'DELETE', path: flags.raw }))));
    return;
  }
  const body = deleteOptions(invocation);
  if (flags.all && flags.selector) {
    throw new CliError("setting 'all' parameter but found a non empty selector. ");
  }
  if (flags.output && flags.output !== 'name')
    throw new CliError(`unexpected -o output mode: ${flags.output}. We only support '-o name'`);
  const infos = await selectedInfos(invocation, args, 'delete');
  if (infos.length === 0) {
    invocation.out('No resources found\n');
    return;
  }
  const ignoreNotFound = flags['ignore-not-found'] || flags.all || flags.selector !== '';
  const errors: unknown[] = [];
  const deleted: { info: Info; uid: string | undefined }[] = [];
  for (const info of infos) {
    try {
      const answer = await requestDelete(invocation, info, body, dryRun);
      deleted.push({ info, uid: uidOf(answer) });
      invocation.out(wording(info, flags.output, body.gracePeriodSeconds === 0 && flags.force, dryRun));
    } catch (error) {
      if (!(ignoreNotFound && isStatusReason(error, 'NotFound'))) {
        errors.push(info.source ? withSource(error, 'deleting', info.source) : error);
      }
    }
  }
  if (flags.wait && dryRun === 'none' && !(body.gracePeriodSeconds === 0 && flags.force)) {
    const limit = flags.timeout > 0 ? flags.timeout : waitWithoutLimitMs;
    for (const { info, uid } of deleted) {
      try {
        await waitUntilGone(invocation, info, uid, limit);
      } catch (error) {
        errors.push(error);
      }
    }
  }
  throwGathered(errors);
}

interface DeleteOptions {
  readonly apiVersion: 'v1';
  readonly kind: 'DeleteOptions';
  readonly propagationPolicy: string;
  readonly gracePeriodSeconds?: number;
}

function deleteOptions({ flags, err }: Invocation<typeof deleteFlags>): DeleteOptions {
  const propagationPolicy = readCascade(flags.cascade);
  let grace = flags['grace-period'];
  if (flags.now) {
    if (grace !== -1) throw new CliError('--now and --grace-period cannot be specified together');
    grace = 1;
  }
  if (flags.force) {
    if (grace > 0) throw new CliError('--force and --grace-period greater than 0 cannot be specified together');
    if (grace < 0) grace = 0;
    err(
      'Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.\n',
    );
  } else if (grace === 0) {
    // Without --force a period of zero still waits for the confirmation, so the least period is one second.
    grace = 1;
  }
  return {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy,
    ...(grace >= 0 ? { gracePeriodSeconds: grace } : {}),
  };
}

async function requestDelete(
  { session }: Pick<Invocation, 'session'>,
  info: Info,
  body: DeleteOptions,
  dryRun: DryRun,
): Promise<Unstructured> {
  const path = resourcePath(info.resource, info.namespace, info.name);
  if (dryRun === 'client') return await session.request<Unstructured>({ method: 'GET', path });
  const query = dryRun === 'server' ? { dryRun: 'All' } : {};
  return await session.request<Unstructured>({ method: 'DELETE', path, query, body });
}

/** A deletion answers with the object, or with a Status that names it. */
function uidOf(answer: Unstructured): string | undefined {
  const uid = answer.kind === 'Status' ? field(answer, 'details', 'uid') : answer.metadata?.uid;
  return typeof uid === 'string' ? uid : undefined;
}

function wording(info: Info, output: string, forced: boolean, dryRun: DryRun): string {
  const type = singularName(info.resource);
  if (output === 'name') return `${type}/${info.name}\n`;
  const suffix = dryRun === 'none' ? '' : dryRun === 'client' ? ' (dry run)' : ' (server dry run)';
  const where = info.namespace ? ` from ${info.namespace} namespace` : '';
  return `${type} ${JSON.stringify(info.name)} ${forced ? 'force deleted' : 'deleted'}${where}${suffix}\n`;
}

export async function waitUntilGone(
  { session, io }: Pick<Invocation, 'session' | 'io'>,
  info: Info,
  uid: string | undefined,
  timeoutMs: number,
): Promise<void> {
  const listPath = resourcePath(info.resource, info.namespace);
  const gone = (object: Unstructured | undefined): boolean =>
    object === undefined || (uid !== undefined && object.metadata.uid !== uid);
  if (!(await follow(session, { listPath, name: info.name }, gone, timeoutMs, io.signal))) {
    throw new CliError(`timed out waiting for the condition on ${info.resource.plural}/${info.name}`);
  }
}

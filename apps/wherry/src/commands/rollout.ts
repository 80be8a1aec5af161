import type { ControllerRevision, DaemonSet, Deployment, ReplicaSet, StatefulSet } from '@wherry/api';
import { defineCommand, type CommandSpec, type Invocation } from '../cli/command.ts';
import { CliError, throwGathered } from '../cli/errors.ts';
import { bool, duration, int } from '../cli/flags.ts';
import { follow } from '../connection/watch.ts';
import { sortKeys } from '../printing/json.ts';
import { resourcePath, singularName, qualifiedName } from '../resources/mapping.ts';
import { getObject, listAll, requireResource, type Info } from '../resources/select.ts';
import { hasLastApplied } from '../resources/last-applied.ts';
import { field, type Unstructured } from '../resources/unstructured.ts';
import {
  annotationsAfterUndo,
  formatHistory,
  requireRevision,
  revisionToRestore,
  revisionsOf,
  templateOf,
  type Revision,
} from '../rollout/history.ts';
import {
  keptRevisionToRestore,
  keptRevisionsOf,
  keptTemplate,
  type KeptRevision,
} from '../rollout/controller-revisions.ts';
import {
  daemonSetRolloutStatus,
  deploymentRolloutStatus,
  statefulSetRolloutStatus,
  type RolloutStatus,
} from '../rollout/status.ts';
import { Outcome, dryRunFlag, outputFlags, readDryRun, writeQuery } from './outcome.ts';
import { selectedInfos, selectionFlags } from './selection-flags.ts';

const { filename, recursive, selector } = selectionFlags;
const subjectFlags = { filename, recursive, selector };
type SubjectInvocation = Pick<Invocation, 'session' | 'io' | 'args'> & {
  readonly flags: { filename: readonly string[]; recursive: boolean; selector: string };
};

const strategic = 'application/strategic-merge-patch+json';

const workloads = ['Deployment', 'DaemonSet', 'StatefulSet'];

/** The objects of a rollout command; what is none of `kinds` is refused in the words of `unsupported`. */
async function subjects(
  invocation: SubjectInvocation,
  verb: string,
  kinds: readonly string[],
  unsupported: (info: Info) => string,
): Promise<readonly Info[]> {
  if (invocation.args.length === 0 && invocation.flags.filename.length === 0)
    throw new CliError('required resource not specified');
  // A type alone means all of them.
  const flags = { ...invocation.flags, all: namesTypeAlone(invocation) };
  const infos = await selectedInfos({ ...invocation, flags }, invocation.args, `rollout ${verb}`);
  for (const info of infos) {
    if (info.resource.group !== 'apps' || !kinds.includes(info.resource.kind)) throw new CliError(unsupported(info));
  }
  if (infos.length === 0) throw new CliError('no resources found');
  return infos;
}

function unvisited(what: string): (info: Info) => string {
  return ({ resource }) =>
    `error retrieving ${what} for ${JSON.stringify(resource.kind)}, no visitor method exists for {${resource.group} ${resource.kind}}`;
}

function notSupported(doing: string): (info: Info) => string {
  return ({ resource, name }) => `${qualifiedName(resource)} ${JSON.stringify(name)} ${doing} is not supported`;
}

function namesTypeAlone({ args, flags }: SubjectInvocation): boolean {
  return args.length === 1 && !args[0]?.includes('/') && flags.selector === '' && flags.filename.length === 0;
}

async function forEach(infos: readonly Info[], act: (info: Info) => Promise<void>): Promise<void> {
  const errors: unknown[] = [];
  for (const info of infos) {
    try {
      await act(info);
    } catch (error) {
      errors.push(error);
    }
  }
  throwGathered(errors);
}

const status = defineCommand({
  name: 'status',
  summary: 'Show the status of the rollout',
  usage: '(TYPE NAME | TYPE/NAME) [flags]',
  flags: {
    ...subjectFlags,
    revision: int('Pin to a specific revision for showing its status. Defaults to 0 (last revision).', 0),
    timeout: duration('The length of time to wait before ending watch, zero means never.', 0),
    watch: bool("Watch the status of the rollout until it's done.", true, { short: 'w' }),
  },
  run: async (invocation) => {
    const { flags, session, io } = invocation;
    await forEach(
      await subjects(
        invocation,
        'status',
        workloads,
        ({ resource }) => `no status viewer has been implemented for ${resource.kind}`,
      ),
      async (info) => {
        const judge = (object: Unstructured | undefined): boolean => {
          if (!object) throw new CliError('object has been deleted');
          const { message, done, error } = rolloutStatusOf(object, flags.revision);
          if (error) throw new CliError(error);
          invocation.out(message);
          return done;
        };
        if (!flags.watch) return void judge(await getObject(session, info));
        await getObject(session, info);
        const listPath = resourcePath(info.resource, info.namespace);
        const limit = flags.timeout > 0 ? flags.timeout : Number.POSITIVE_INFINITY;
        const finished = await follow(session, { listPath, name: info.name }, judge, limit, io.signal);
        if (!finished) throw new CliError('timed out waiting for the condition');
      },
    );
  },
});

function rolloutStatusOf(object: Unstructured, revision: number): RolloutStatus {
  if (object.kind === 'DaemonSet') return daemonSetRolloutStatus(object as unknown as DaemonSet);
  if (object.kind === 'StatefulSet') return statefulSetRolloutStatus(object as unknown as StatefulSet);
  return deploymentRolloutStatus(object as unknown as Deployment, revision);
}

async function readKeptRevisions(
  { session }: SubjectInvocation,
  info: Info,
): Promise<{ object: Unstructured; revisions: KeptRevision[] }> {
  const object = await getObject(session, info);
  const kept = requireResource(await session.resources(), 'controllerrevisions.apps');
  const all = await listAll(session, kept, { namespace: info.namespace });
  return { object, revisions: keptRevisionsOf(object, all as unknown as ControllerRevision[]) };
}

async function readRevisions(
  invocation: SubjectInvocation,
  info: Info,
): Promise<{ deployment: Deployment; revisions: Revision[] }> {
  const { session } = invocation;
  const deployment = (await getObject(session, info)) as unknown as Deployment;
  const replicaSets = requireResource(await session.resources(), 'replicasets.apps');
  const sets = await listAll(session, replicaSets, { namespace: info.namespace });
  return { deployment, revisions: revisionsOf(deployment, sets as unknown as ReplicaSet[]) };
}

const history = defineCommand({
  name: 'history',
  summary: 'View rollout history',
  usage: '(TYPE NAME | TYPE/NAME) [flags]',
  flags: {
    ...outputFlags,
    ...subjectFlags,
    revision: int('See the details, including podTemplate of the revision specified', 0),
  },
  run: async (invocation) => {
    const { revision } = invocation.flags;
    if (revision < 0) throw new CliError(`revision must be a positive integer: ${revision}`);
    await forEach(await subjects(invocation, 'history', workloads, unvisited('history')), async (info) => {
      const name = `${singularName(info.resource)}/${info.name}`;
      if (info.resource.kind !== 'Deployment') return await keptHistory(invocation, info, name, revision);
      const { revisions } = await readRevisions(invocation, info);
      if (revision === 0) {
        invocation.out(`${name} \n${formatHistory(revisions)}`);
        return;
      }
      const { replicaSet, changeCause } = requireRevision(revisions, revision);
      if (invocation.flags.output) {
        const outcome = await Outcome.of(invocation);
        outcome.say(info.resource, replicaSet as unknown as Unstructured, '');
        return;
      }
      const { describePodTemplate } = await import('../describe/pod-template.ts');
      invocation.out(
        `${name} with revision #${revision}\n${describePodTemplate(withChangeCause(replicaSet, changeCause))}\n`,
      );
    });
  },
});

async function keptHistory(
  invocation: SubjectInvocation & Pick<Invocation, 'out'>,
  info: Info,
  name: string,
  revision: number,
): Promise<void> {
  const { revisions } = await readKeptRevisions(invocation, info);
  if (revision === 0) return invocation.out(`${name} \n${formatHistory(revisions)}`);
  const found = revisions.find((r) => r.revision === revision);
  if (!found) throw new CliError('unable to find the specified revision');
  const { describePodTemplate } = await import('../describe/pod-template.ts');
  invocation.out(`${name} with revision #${revision}\n${describePodTemplate(keptTemplate(found))}\n`);
}

function withChangeCause({ spec }: ReplicaSet, changeCause: string): ReplicaSet['spec']['template'] {
  if (!spec.template || changeCause === '<none>') return spec.template;
  const { metadata } = spec.template;
  const annotations = { ...metadata?.annotations, 'kubernetes.io/change-cause': changeCause };
  return { ...spec.template, metadata: { ...metadata, annotations } } as ReplicaSet['spec']['template'];
}

async function patchDeployment(
  { session }: Pick<Invocation, 'session'>,
  info: Info,
  contentType: string,
  body: unknown,
  dryRun: ReturnType<typeof readDryRun> = 'none',
): Promise<Unstructured> {
  return await session.request<Unstructured>({
    method: 'PATCH',
    path: resourcePath(info.resource, info.namespace, info.name),
    query: writeQuery(dryRun, 'kubectl-rollout'),
    contentType,
    body,
  });
}

const undo = defineCommand({
  name: 'undo',
  summary: 'Undo a previous rollout',
  usage: '(TYPE NAME | TYPE/NAME) [flags]',
  flags: {
    ...outputFlags,
    ...dryRunFlag,
    ...subjectFlags,
    'to-revision': int('The revision to rollback to. Default to 0 (last revision).', 0),
  },
  run: async (invocation) => {
    const { flags } = invocation;
    const dryRun = readDryRun(flags['dry-run']);
    const outcome = await Outcome.of(invocation, dryRun);
    if (flags['to-revision'] < 0) throw new CliError('revision must be a positive integer: ' + flags['to-revision']);
    await forEach(await subjects(invocation, 'undo', workloads, unvisited('rollbacker')), async (info) => {
      if (info.resource.kind !== 'Deployment') return await undoKept(info);
      const { deployment, revisions } = await readRevisions(invocation, info);
      if (deployment.spec.paused) {
        throw new CliError(
          `you cannot rollback a paused deployment; resume it first with 'wherry rollout resume deployment/${info.name}' and try again`,
        );
      }
      const { revision, replicaSet } = revisionToRestore(deployment, revisions, flags['to-revision']);
      const template = templateOf(replicaSet);
      const object = deployment as unknown as Unstructured;
      if (JSON.stringify(sortKeys(template)) === JSON.stringify(sortKeys(deployment.spec.template))) {
        outcome.say(info.resource, object, `skipped rollback (current template already matches revision ${revision})`);
        return;
      }
      if (hasLastApplied(object)) {
        invocation.err(
          `Warning: resource ${info.resource.plural}/${info.name} was previously managed with 'wherry apply'. Rolling back will not update the kubectl.kubernetes.io/last-applied-configuration annotation, which may cause unexpected behavior on future 'wherry apply' operations. Consider using 'wherry apply' with your previous configuration file instead.\n`,
        );
      }
      const annotations = annotationsAfterUndo(deployment, replicaSet);
      const patch = [
        { op: 'replace', path: '/spec/template', value: template },
        { op: deployment.metadata.annotations ? 'replace' : 'add', path: '/metadata/annotations', value: annotations },
      ];
      const after =
        dryRun === 'client'
          ? object
          : await patchDeployment(invocation, info, 'application/json-patch+json', patch, dryRun);
      outcome.say(info.resource, after, 'rolled back');
    });

    async function undoKept(info: Info): Promise<void> {
      const { object, revisions } = await readKeptRevisions(invocation, info);
      const found = keptRevisionToRestore(revisions, flags['to-revision']);
      const now = JSON.stringify(sortKeys(field(object, 'spec', 'template')));
      if (JSON.stringify(sortKeys(keptTemplate(found))) === now) {
        const { revision } = found;
        outcome.say(info.resource, object, `skipped rollback (current template already matches revision ${revision})`);
        return;
      }
      const after =
        dryRun === 'client' ? object : await patchDeployment(invocation, info, strategic, found.object.data, dryRun);
      outcome.say(info.resource, after, 'rolled back');
    }
  },
});

const restart = defineCommand({
  name: 'restart',
  summary: 'Restart a resource',
  usage: '(TYPE NAME | TYPE/NAME) [flags]',
  flags: { ...outputFlags, ...subjectFlags },
  run: async (invocation) => {
    const outcome = await Outcome.of(invocation);
    await forEach(await subjects(invocation, 'restart', workloads, notSupported('restarting')), async (info) => {
      const before = (await getObject(invocation.session, info)) as unknown as Deployment;
      if (before.spec.paused)
        throw new CliError(
          `${qualifiedName(info.resource)} ${JSON.stringify(info.name)} can't restart paused deployment (run rollout resume first)`,
        );
      const restartedAt = `${invocation.io.now().toISOString().slice(0, 19)}Z`;
      const annotations = { 'kubectl.kubernetes.io/restartedAt': restartedAt };
      const patch = { spec: { template: { metadata: { annotations } } } };
      outcome.say(info.resource, await patchDeployment(invocation, info, strategic, patch), 'restarted');
    });
  },
});

function pausing(name: 'pause' | 'resume', paused: boolean): CommandSpec {
  return defineCommand({
    name,
    summary: paused ? 'Mark the provided resource as paused' : 'Resume a paused resource',
    usage: '(TYPE NAME | TYPE/NAME) [flags]',
    flags: { ...outputFlags, ...subjectFlags },
    run: async (invocation) => {
      const outcome = await Outcome.of(invocation);
      await forEach(
        await subjects(invocation, name, ['Deployment'], notSupported(paused ? 'pausing' : 'resuming')),
        async (info) => {
          const before = (await getObject(invocation.session, info)) as unknown as Deployment;
          if ((before.spec.paused ?? false) === paused) {
            throw new CliError(
              `${qualifiedName(info.resource)} ${JSON.stringify(info.name)} is ${paused ? 'already' : 'not'} paused`,
            );
          }
          const after = await patchDeployment(invocation, info, strategic, { spec: { paused: paused ? true : null } });
          outcome.say(info.resource, after, `${name}d`);
        },
      );
    },
  });
}

export const rollout: CommandSpec = {
  name: 'rollout',
  summary: 'Manage the rollout of a resource',
  usage: 'SUBCOMMAND',
  examples: `# Follow a rollout to its end
wherry rollout status deployment/web
# Go back to the revision before
wherry rollout undo deployment/web`,
  flags: {},
  subcommands: [history, pausing('pause', true), restart, pausing('resume', false), status, undo],
};

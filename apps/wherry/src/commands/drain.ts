import { setTimeout as sleep } from 'node:timers/promises';
import type { Pod } from '@wherry/api';
import { defineCommand, type CommandSpec, type Invocation } from '../cli/command.ts';
import { CliError, SilentExit, isStatusReason, statusOf, throwGathered } from '../cli/errors.ts';
import { bool, duration, int, string } from '../cli/flags.ts';
import { planDrain } from '../drain/plan.ts';
import { findByWord, resourcePath, type ApiResource } from '../resources/mapping.ts';
import { getObject, listAll, requireResource, selectInfos, type Info } from '../resources/select.ts';
import { field } from '../resources/unstructured.ts';
import { waitUntilGone } from './delete.ts';
import { dryRunFlag, readDryRun, type DryRun } from './outcome.ts';

const nodeFlags = {
  ...dryRunFlag,
  selector: string("Selector (label query) to filter on, supports '=', '==', '!=', 'in', 'notin'.", '', { short: 'l' }),
};
type NodeInvocation = Pick<Invocation, 'session' | 'io' | 'args' | 'out' | 'path'> & {
  readonly flags: { readonly selector: string; readonly 'dry-run': string };
};

async function nodes({ session, io, args, flags, path }: NodeInvocation): Promise<readonly Info[]> {
  if (args.length === 0 && !flags.selector)
    throw new CliError(`USAGE: ${path} NODE [flags]\nSee '${path} -h' for help and examples`);
  const named = args.map((name) => (name.includes('/') ? name : `nodes/${name}`));
  const infos = await selectInfos(session, io, {
    args: named.length > 0 ? named : ['nodes'],
    selector: flags.selector,
    verb: 'drain',
  });
  for (const info of infos) {
    if (info.resource.plural !== 'nodes') throw new CliError(`cannot cordon a ${info.resource.kind}`);
  }
  return infos;
}

async function setUnschedulable(
  invocation: NodeInvocation,
  info: Info,
  wanted: boolean,
  dryRun: DryRun,
): Promise<void> {
  const { session, out } = invocation;
  const node = await getObject(session, info);
  const word = wanted ? 'cordoned' : 'uncordoned';
  const suffix = dryRun === 'none' ? '' : dryRun === 'client' ? ' (dry run)' : ' (server dry run)';
  if (Boolean(field(node, 'spec', 'unschedulable')) === wanted) {
    out(`node/${info.name} already ${word}${suffix}\n`);
    return;
  }
  if (dryRun !== 'client') {
    await session.request({
      method: 'PATCH',
      path: resourcePath(info.resource, undefined, info.name),
      query: { fieldManager: 'kubectl-cordon', dryRun: dryRun === 'server' ? 'All' : undefined },
      contentType: 'application/strategic-merge-patch+json',
      body: { spec: { unschedulable: wanted ? true : null } },
    });
  }
  out(`node/${info.name} ${word}${suffix}\n`);
}

function marking(name: 'cordon' | 'uncordon', summary: string): CommandSpec {
  return defineCommand({
    name,
    summary,
    usage: 'NODE',
    flags: nodeFlags,
    run: async (invocation) => {
      const dryRun = readDryRun(invocation.flags['dry-run']);
      const errors: unknown[] = [];
      for (const info of await nodes(invocation)) {
        try {
          await setUnschedulable(invocation, info, name === 'cordon', dryRun);
        } catch (error) {
          errors.push(error);
        }
      }
      throwGathered(errors);
    },
  });
}

export const cordon = marking('cordon', 'Mark node as unschedulable');
export const uncordon = marking('uncordon', 'Mark node as schedulable');

const drainFlags = {
  ...nodeFlags,
  'delete-emptydir-data': bool(
    'Continue even if there are pods using emptyDir (local data that will be deleted when the node is drained).',
  ),
  'disable-eviction': bool('Force drain to use delete, even if eviction is supported.'),
  force: bool('Continue even if there are pods that do not declare a controller.'),
  'grace-period': int(
    'Period of time in seconds given to each pod to terminate gracefully. If negative, the default value specified in the pod will be used.',
    -1,
  ),
  'ignore-daemonsets': bool('Ignore DaemonSet-managed pods.'),
  'pod-selector': string('Label selector to filter pods on the node'),
  'skip-wait-for-delete-timeout': int('If pod DeletionTimestamp older than N seconds, skip waiting for the pod.', 0),
  timeout: duration('The length of time to wait before giving up, zero means infinite', 0),
};

export const drain = defineCommand({
  name: 'drain',
  summary: 'Drain node in preparation for maintenance',
  usage: 'NODE',
  flags: drainFlags,
  run: async (invocation) => {
    const { flags } = invocation;
    const dryRun = readDryRun(flags['dry-run']);
    const infos = await nodes(invocation);
    for (const info of infos) await setUnschedulable(invocation, info, true, dryRun);
    const failed: string[] = [];
    const errors: unknown[] = [];
    for (const info of infos) {
      try {
        await drainOne(invocation, info, dryRun);
        invocation.out(
          `node/${info.name} drained${dryRun === 'none' ? '' : dryRun === 'client' ? ' (dry run)' : ' (server dry run)'}\n`,
        );
      } catch (error) {
        const why = (error as Error).message;
        invocation.err(
          `error: unable to drain node ${JSON.stringify(info.name)} due to error: ${why}, continuing command...\n`,
        );
        failed.push(info.name);
        errors.push(error);
      }
    }
    if (failed.length > 0)
      invocation.err(`There are pending nodes to be drained:\n${failed.map((n) => ` ${n}\n`).join('')}`);
    if (errors.length === 0) return;
    for (const error of errors) invocation.err(`${(error as Error).message}\n`);
    throw new SilentExit(1);
  },
});

const noLimitMs = 2 ** 31 - 1;

async function drainOne(invocation: Invocation<typeof drainFlags>, node: Info, dryRun: DryRun): Promise<void> {
  const { session, flags } = invocation;
  const pods = requireResource(await session.resources(), 'pods');
  const found = (await listAll(session, pods, {
    namespace: undefined,
    selector: flags['pod-selector'],
    fieldSelector: `spec.nodeName=${node.name}`,
  })) as unknown as Pod[];
  const plan = planDrain(found, {
    force: flags.force,
    ignoreDaemonSets: flags['ignore-daemonsets'],
    deleteEmptyDirData: flags['delete-emptydir-data'],
  });
  if (plan.refusals.length > 0) {
    throw new CliError(plan.refusals.length === 1 ? (plan.refusals[0] ?? '') : `[${plan.refusals.join(', ')}]`);
  }
  if (plan.warnings.length > 0) invocation.err(`Warning: ${plan.warnings.join('; ')}\n`);
  if (dryRun === 'client') {
    for (const pod of plan.evict)
      invocation.out(`evicting pod ${pod.metadata.namespace}/${pod.metadata.name} (dry run)\n`);
    return;
  }
  const deadline = Date.now() + (flags.timeout > 0 ? flags.timeout : noLimitMs);
  const results = await Promise.allSettled(plan.evict.map((pod) => evict(invocation, pods, pod, deadline, dryRun)));
  throwGathered(results.flatMap((r) => (r.status === 'rejected' ? [r.reason as unknown] : [])));
}

const retryEvictionMs = 5000;

async function evict(
  invocation: Invocation<typeof drainFlags>,
  pods: ApiResource,
  pod: Pod,
  deadline: number,
  dryRun: DryRun,
): Promise<void> {
  const { session, flags, io } = invocation;
  const { name, namespace, uid } = pod.metadata;
  const byDeletion =
    flags['disable-eviction'] || !findByWord(await session.resources(), 'pods')?.subresources.includes('eviction');
  const grace = flags['grace-period'] >= 0 ? { gracePeriodSeconds: flags['grace-period'] } : {};
  const deleteOptions = { apiVersion: 'v1', kind: 'DeleteOptions', ...grace };
  const query = dryRun === 'server' ? { dryRun: 'All' } : {};
  for (;;) {
    invocation.out(`evicting pod ${namespace}/${name}\n`);
    try {
      if (byDeletion) {
        await session.request({
          method: 'DELETE',
          path: resourcePath(pods, namespace, name),
          query,
          body: deleteOptions,
        });
      } else {
        const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace }, deleteOptions };
        await session.request({ method: 'POST', path: resourcePath(pods, namespace, name, 'eviction'), query, body });
      }
      break;
    } catch (error) {
      if (isStatusReason(error, 'NotFound')) return;
      // A budget that forbids the eviction now may allow it later.
      if (statusOf(error)?.code !== 429)
        throw new CliError(
          `error when evicting pods/${JSON.stringify(name)} -n ${JSON.stringify(namespace)}: ${(error as Error).message}`,
        );
      invocation.err(
        `error when evicting pods/${JSON.stringify(name)} -n ${JSON.stringify(namespace)} (will retry after 5s): ${(error as Error).message}\n`,
      );
      if (Date.now() + retryEvictionMs > deadline)
        throw new CliError(`global timeout reached: ${flags.timeout / 1000}s`);
      await sleep(retryEvictionMs, undefined, { signal: io.signal });
    }
  }
  if (dryRun !== 'none') return;
  const info = { resource: pods, namespace, name, source: '' };
  await waitUntilGone(invocation, info, uid, Math.max(deadline - Date.now(), 1));
  invocation.out(`pod/${name} evicted\n`);
}

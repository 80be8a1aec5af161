import { defineCommand } from '../cli/command.ts';
import { CliError, throwGathered } from '../cli/errors.ts';
import { bool, string } from '../cli/flags.ts';
import { resourcePath } from '../resources/mapping.ts';
import { getObject, requireResource } from '../resources/select.ts';
import { field, type Unstructured } from '../resources/unstructured.ts';
import { Outcome, dryRunFlag, outputFlags, readDryRun, validateFlag, writeQuery } from './outcome.ts';
import { selectedInfos, selectionFlags } from './selection-flags.ts';
import { changeTaints, parseTaints, type Taint } from './taint-change.ts';

export const taint = defineCommand({
  name: 'taint',
  summary: 'Update the taints on one or more nodes',
  usage: 'NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N',
  examples: `# Keep pods off a node, except those that tolerate it
wherry taint nodes n1 dedicated=batch:NoSchedule
# Take the taint away
wherry taint nodes n1 dedicated-`,
  flags: {
    ...outputFlags,
    ...dryRunFlag,
    ...validateFlag,
    all: selectionFlags.all,
    selector: selectionFlags.selector,
    'field-manager': string('Name of the manager used to track field ownership.', 'kubectl-taint'),
    overwrite: bool(
      'If true, allow taints to be overwritten, otherwise reject taint updates that overwrite existing taints.',
    ),
  },
  run: async (invocation) => {
    const { flags, session, path } = invocation;
    const at = invocation.args.findIndex((word) => /[=:]/.test(word) || word.endsWith('-'));
    const subjects = at < 0 ? invocation.args : invocation.args.slice(0, at);
    const [type] = subjects;
    if (type === undefined) throw new CliError('one or more resources must be specified as <resource> <name>');
    if (subjects.length < 2 && !flags.all && !flags.selector) {
      throw new CliError('one or more resources must be specified as <resource> <name>');
    }
    if (at < 0) throw new CliError('at least one taint update is required');
    if (flags.all && flags.selector) {
      throw new CliError("setting 'all' parameter but found a non empty selector. Please set only one of them");
    }
    const { set, remove } = parseTaints(invocation.args.slice(at), path);
    const resource = requireResource(await session.resources(), type);
    if (resource.plural !== 'nodes' || resource.group !== '') {
      throw new CliError(`invalid resource type ${type}, only node types are supported`);
    }
    const dryRun = readDryRun(flags['dry-run']);
    const outcome = await Outcome.of(invocation);
    const errors: unknown[] = [];
    for (const info of await selectedInfos(invocation, subjects, 'taint')) {
      try {
        const node = await getObject(session, info);
        const old = (field(node, 'spec', 'taints') ?? []) as Taint[];
        const { taints, operation } = changeTaints(old, set, remove, flags.overwrite, info.name);
        const body = { spec: { taints: taints.length > 0 ? taints : null } };
        const after =
          dryRun === 'client'
            ? { ...node, spec: { ...(node['spec'] as object), taints } }
            : await session.request<Unstructured>({
                method: 'PATCH',
                path: resourcePath(info.resource, info.namespace, info.name),
                query: writeQuery(dryRun, flags['field-manager'], flags.validate),
                contentType: 'application/merge-patch+json',
                body: { metadata: { resourceVersion: node.metadata.resourceVersion }, ...body },
              });
        outcome.say(info.resource, after, operation);
      } catch (error) {
        errors.push(error);
      }
    }
    throwGathered(errors);
  },
});

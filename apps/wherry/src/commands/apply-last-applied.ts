import { defineCommand } from '../cli/command.ts';
import { CliError, throwGathered } from '../cli/errors.ts';
import { bool, string } from '../cli/flags.ts';
import { toCompactJson, toJson } from '../printing/json.ts';
import { toYaml } from '../printing/yaml.ts';
import { hasLastApplied, lastAppliedAnnotation, lastAppliedOf, withoutLastApplied } from '../resources/last-applied.ts';
import { resourcePath } from '../resources/mapping.ts';
import { getObject, type Info } from '../resources/select.ts';
import type { Unstructured } from '../resources/unstructured.ts';
import type { Session } from '../connection/session.ts';
import { Outcome, dryRunFlag, outputFlags, readDryRun, writeQuery, type DryRun } from './outcome.ts';
import { selectedInfos, selectionFlags } from './selection-flags.ts';

const { all, filename, recursive, selector } = selectionFlags;

export const viewLastApplied = defineCommand({
  name: 'view-last-applied',
  summary: 'View the latest last-applied-configuration annotations of a resource/object',
  usage: '(TYPE [NAME | -l label] | TYPE/NAME | -f FILENAME)',
  flags: {
    all,
    filename,
    recursive,
    selector,
    output: string('Output format. Must be one of (yaml, json)', 'yaml', { short: 'o' }),
  },
  run: async (invocation) => {
    const { flags, session, args } = invocation;
    if (flags.output !== 'yaml' && flags.output !== 'json') {
      throw new CliError(
        `Unexpected -o output mode: ${flags.output}, the flag 'output' must be one of yaml|json\nSee 'wherry apply view-last-applied -h' for help and examples`,
      );
    }
    for (const info of await selectedInfos(invocation, args, 'apply view-last-applied')) {
      const noted = lastAppliedOf(await getObject(session, info));
      if (noted) invocation.out(flags.output === 'yaml' ? toYaml(noted) : toJson(noted, 2));
    }
  },
});

async function note(
  session: Session,
  info: Info,
  object: Unstructured,
  options: { readonly dryRun: DryRun; readonly manager: string },
): Promise<Unstructured> {
  // Unlike an apply's, this note says what the file says and no more.
  const text = `${toCompactJson(hasLastApplied(object) ? withoutLastApplied(object) : object)}\n`;
  return await session.request<Unstructured>({
    method: 'PATCH',
    path: resourcePath(info.resource, info.namespace, info.name),
    query: writeQuery(options.dryRun, options.manager),
    contentType: 'application/merge-patch+json',
    body: { metadata: { annotations: { [lastAppliedAnnotation]: text } } },
  });
}

export const setLastApplied = defineCommand({
  name: 'set-last-applied',
  summary: 'Set the last-applied-configuration annotation on a live object to match the contents of a file',
  usage: '-f FILENAME',
  flags: {
    ...outputFlags,
    ...dryRunFlag,
    filename,
    recursive,
    'create-annotation': bool(
      "Will create 'last-applied-configuration' annotations if current objects doesn't have one",
    ),
  },
  run: async (invocation) => {
    const { flags, session, args } = invocation;
    const dryRun = readDryRun(flags['dry-run']);
    const outcome = await Outcome.of(invocation, dryRun);
    const errors: unknown[] = [];
    for (const info of await selectedInfos(invocation, args, 'apply set-last-applied')) {
      if (!info.object) continue;
      try {
        const live = await getObject(session, info);
        if (!hasLastApplied(live) && !flags['create-annotation']) {
          throw new CliError(
            `no last-applied-configuration annotation found on resource: ${info.name}, to create the annotation, run the command with --create-annotation`,
          );
        }
        const stored =
          dryRun === 'client'
            ? live
            : await note(session, info, info.object, { dryRun, manager: 'kubectl-client-side-apply' });
        outcome.say(info.resource, stored, 'configured');
      } catch (error) {
        errors.push(error);
      }
    }
    throwGathered(errors);
  },
});

export const editLastApplied = defineCommand({
  name: 'edit-last-applied',
  summary: 'Edit latest last-applied-configuration annotations of a resource/object',
  usage: '(RESOURCE/NAME | -f FILENAME)',
  flags: {
    ...outputFlags,
    filename,
    recursive,
    'field-manager': string('Name of the manager used to track field ownership.', 'kubectl-client-side-apply'),
  },
  run: async (invocation) => {
    const { flags, session, args } = invocation;
    const outcome = await Outcome.of({ ...invocation, flags: { ...flags, output: '' } });
    const { editText } = await import('./edit.ts');
    for (const info of await selectedInfos(invocation, args, 'apply edit-last-applied')) {
      const noted = lastAppliedOf(await getObject(session, info));
      if (!noted) throw new CliError(`no last-applied-configuration annotation found on resource: ${info.name}`);
      const edited = await editText(invocation, info, flags.output === 'json' ? toJson(noted) : toYaml(noted));
      if (!edited) {
        invocation.out('Edit cancelled, no changes made.\n');
        continue;
      }
      const manager = flags['field-manager'];
      outcome.say(info.resource, await note(session, info, edited, { dryRun: 'none', manager }), 'edited');
    }
  },
});

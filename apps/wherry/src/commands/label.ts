import { isLabelValue } from '@wherry/apimachinery';
import { defineCommand, type CommandSpec } from '../cli/command.ts';
import { CliError, throwGathered } from '../cli/errors.ts';
import { bool, string } from '../cli/flags.ts';
import { resourcePath } from '../resources/mapping.ts';
import { getObject, type Info } from '../resources/select.ts';
import type { Unstructured } from '../resources/unstructured.ts';
import { parseLabelPairs } from './label-pairs.ts';
import { Outcome, dryRunFlag, outputFlags, readDryRun, writeQuery } from './outcome.ts';
import { selectedInfos, selectionFlags } from './selection-flags.ts';

const flags = {
  ...outputFlags,
  ...dryRunFlag,
  ...selectionFlags,
  'field-manager': string('Name of the manager used to track field ownership.'),
  list: bool('If true, display the labels or annotations of the given resources.'),
  overwrite: bool('If true, allow labels or annotations to be overwritten, otherwise reject updates of existing ones.'),
  'resource-version': string('If non-empty, the update only succeeds if this is the current resource-version.'),
};

type Values = Record<string, string>;

/** `label` and `annotate` differ in the field they write and in their words. */
function metadataCommand(name: 'label' | 'annotate', field: 'labels' | 'annotations', done: string): CommandSpec {
  const what = name === 'label' ? 'label' : 'annotation';
  return defineCommand({
    name,
    summary: `Update the ${field} on a resource`,
    usage: '[--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N',
    examples: `# Set a ${what}
wherry ${name} pods web status=checked
# Remove it
wherry ${name} pods web status-`,
    flags,
    run: async (invocation) => {
      const { session } = invocation;
      const at = invocation.args.findIndex((word) => word.includes('=') || (word.endsWith('-') && word.length > 1));
      const subjects = at < 0 ? invocation.args : invocation.args.slice(0, at);
      const { set, remove } = parseLabelPairs(at < 0 ? [] : invocation.args.slice(at), what);
      if (name === 'label') checkValues(set);
      const { list } = invocation.flags;
      if (at < 0 && !list) throw new CliError(`at least one ${what} update is required`);
      const dryRun = readDryRun(invocation.flags['dry-run']);
      const outcome = await Outcome.of(invocation, dryRun);
      const errors: unknown[] = [];
      for (const info of await selectedInfos(invocation, subjects, name)) {
        try {
          const before = await getObject(session, info);
          const old: Values = before.metadata[field] ?? {};
          if (list && (name === 'label' || at < 0)) {
            for (const key of Object.keys(old).toSorted()) invocation.out(`${key}=${old[key]}\n`);
            if (at < 0) continue;
          }
          const next = change(old, set, remove, invocation.flags.overwrite, what);
          for (const key of name === 'label' ? remove : [])
            if (!(key in old)) invocation.out(`${what} ${JSON.stringify(key)} not found.\n`);
          const same = JSON.stringify(sorted(old)) === JSON.stringify(sorted(next));
          const verb = same && name === 'label' ? `not ${done}` : wording(old, next, name, done);
          const after: Unstructured = { ...before, metadata: { ...before.metadata, [field]: next } };
          const resourceVersion = invocation.flags['resource-version'];
          const patch = {
            metadata: { [field]: difference(old, next), ...(resourceVersion ? { resourceVersion } : {}) },
          };
          const answer = same && name === 'label' ? before : dryRun === 'client' ? after : await send(info, patch);
          // With --list annotate shows what there is after the change.
          if (list && name === 'annotate') for (const [key, value] of sorted(next)) invocation.out(`${key}=${value}\n`);
          else outcome.say(info.resource, answer, verb);
        } catch (error) {
          errors.push(error);
        }
      }
      throwGathered(errors);

      async function send(info: Info, patch: unknown): Promise<Unstructured> {
        return await session.request<Unstructured>({
          method: 'PATCH',
          path: resourcePath(info.resource, info.namespace, info.name),
          query: writeQuery(dryRun, invocation.flags['field-manager'] || `kubectl-${name}`),
          contentType: 'application/merge-patch+json',
          body: patch,
        });
      }
    },
  });
}

function checkValues(set: Values): void {
  for (const [key, value] of Object.entries(set)) {
    const [problem] = isLabelValue(value);
    if (problem) throw new CliError(`invalid label value: ${JSON.stringify(`${key}=${value}`)}: ${problem}`);
  }
}

function change(old: Values, set: Values, remove: readonly string[], overwrite: boolean, what: string): Values {
  const next = { ...old };
  for (const [key, value] of Object.entries(set)) {
    if (!overwrite && key in old && old[key] !== value) {
      throw new CliError(
        what === 'label'
          ? `'${key}' already has a value (${old[key]}), and --overwrite is false`
          : `--overwrite is false but found the following declared annotation(s): '${key}' already has a value (${old[key]})`,
      );
    }
    next[key] = value;
  }
  for (const key of remove) delete next[key];
  return next;
}

/** `label` says unlabeled where it only took away; `annotate` always says annotated. */
function wording(old: Values, next: Values, name: string, done: string): string {
  if (name === 'annotate') return done;
  const added = Object.keys(next).some((key) => next[key] !== old[key]);
  const removed = Object.keys(old).some((key) => !(key in next));
  return added && removed ? 'modified' : added ? done : 'unlabeled';
}

function difference(old: Values, next: Values): Record<string, string | null> {
  const patch: Record<string, string | null> = {};
  for (const [key, value] of Object.entries(next)) if (old[key] !== value) patch[key] = value;
  for (const key of Object.keys(old)) if (!(key in next)) patch[key] = null;
  return patch;
}

function sorted(values: Values): [string, string][] {
  return Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

export const label = metadataCommand('label', 'labels', 'labeled');
export const annotate = metadataCommand('annotate', 'annotations', 'annotated');

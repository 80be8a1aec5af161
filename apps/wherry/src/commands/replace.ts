import { defineCommand, type Invocation } from '../cli/command.ts';
import { CliError, throwGathered, withSource } from '../cli/errors.ts';
import { bool, duration, int, string } from '../cli/flags.ts';
import { resourcePath, singularName } from '../resources/mapping.ts';
import { choose, type Info } from '../resources/select.ts';
import { hasLastApplied, withLastApplied } from '../resources/last-applied.ts';
import type { Unstructured } from '../resources/unstructured.ts';
import { kustomizeFlag, refuseKustomize } from './kustomize.ts';
import { Outcome, dryRunFlag, outputFlags, readDryRun, validateFlag, writeQuery } from './outcome.ts';
import { readCascade } from './propagation.ts';
import { selectionFlags } from './selection-flags.ts';

const { filename, recursive } = selectionFlags;
const replaceFlags = {
  ...outputFlags,
  ...dryRunFlag,
  ...validateFlag,
  ...kustomizeFlag,
  filename,
  recursive,
  cascade: string('With --force: "background", "orphan", or "foreground".', 'background', { bare: 'background' }),
  'field-manager': string('Name of the manager used to track field ownership.', 'kubectl-replace'),
  force: bool('If true, delete what is there and create it anew.'),
  'grace-period': int('With --force: seconds given to the resource to terminate gracefully.', -1),
  raw: string('Raw URI to PUT to the server.'),
  'save-config': bool('If true, the configuration of current object will be saved in its annotation.'),
  subresource: string('If specified, replace the subresource of the requested object.'),
  timeout: duration('With --force: how long to wait until the old object is gone.', 0),
};
type ReplaceInvocation = Invocation<typeof replaceFlags>;

export const replace = defineCommand({
  name: 'replace',
  summary: 'Replace a resource by file name or stdin',
  usage: '-f FILENAME',
  examples: `# Put a file in the place of what is there
wherry replace -f web.yaml
# Delete and create anew, where a field cannot be changed
wherry replace --force -f job.yaml`,
  flags: replaceFlags,
  run: async (invocation) => {
    const { flags, session, io, args } = invocation;
    if (flags.raw) {
      const { sendRaw } = await import('./raw.ts');
      return await sendRaw(invocation, 'PUT', flags.raw, flags.filename);
    }
    if (flags['grace-period'] >= 0 && !flags.force) throw new CliError('--grace-period must have --force specified');
    if (flags.timeout !== 0 && !flags.force) throw new CliError('--timeout must have --force specified');
    refuseKustomize(flags.kustomize, 'replace');
    const dryRun = readDryRun(flags['dry-run']);
    if (flags.force && dryRun !== 'none') throw new CliError('--dry-run can not be used when --force is set');
    if (flags.filename.length === 0) throw new CliError('must specify one of -f and -k');
    const outcome = await Outcome.of(invocation, dryRun);
    const chosen = await choose(session, io, {
      args,
      filenames: flags.filename,
      recursive: flags.recursive,
      verb: 'replace',
    });
    const errors: unknown[] = [];
    for (const info of chosen.kind === 'objects' ? chosen.infos : []) {
      if (!info.object) continue;
      try {
        const noted = flags['save-config'] || hasLastApplied(info.object);
        const body = noted ? withLastApplied(info.object) : info.object;
        const after = flags.force
          ? await replaceByForce(invocation, info, body)
          : dryRun === 'client'
            ? body
            : await session.request<Unstructured>({
                method: 'PUT',
                path: resourcePath(info.resource, info.namespace, info.name, flags.subresource || undefined),
                query: writeQuery(dryRun, flags['field-manager'], flags.validate),
                body,
              });
        outcome.say(info.resource, after, 'replaced');
      } catch (error) {
        errors.push(withSource(error, 'replacing', info.source));
      }
    }
    throwGathered(errors);
  },
});

async function replaceByForce(invocation: ReplaceInvocation, info: Info, body: Unstructured): Promise<Unstructured> {
  const { flags } = invocation;
  const { deleteAndCreate } = await import('./replace-force.ts');
  const where = info.namespace ? ` from ${info.namespace} namespace` : '';
  return await deleteAndCreate(invocation, info, body, {
    propagationPolicy: readCascade(flags.cascade),
    gracePeriodSeconds: flags['grace-period'],
    timeoutMs: flags.timeout,
    query: writeQuery('none', flags['field-manager'], flags.validate),
    deleted: () => invocation.out(`${singularName(info.resource)} ${JSON.stringify(info.name)} deleted${where}\n`),
  });
}

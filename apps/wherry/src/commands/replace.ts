import { defineCommand } from '../cli/command.ts';
import { CliError, throwGathered, withSource } from '../cli/errors.ts';
import { resourcePath } from '../resources/mapping.ts';
import { choose } from '../resources/select.ts';
import { withLastApplied, hasLastApplied } from '../resources/last-applied.ts';
import type { Unstructured } from '../resources/unstructured.ts';
import { Outcome, dryRunFlag, outputFlags, readDryRun, validateFlag, writeQuery } from './outcome.ts';
import { selectionFlags } from './selection-flags.ts';

const { filename, recursive } = selectionFlags;

export const replace = defineCommand({
  name: 'replace',
  summary: 'Replace a resource by file name or stdin',
  usage: '-f FILENAME',
  flags: { ...outputFlags, ...dryRunFlag, ...validateFlag, filename, recursive },
  run: async (invocation) => {
    const { flags, session, io, args } = invocation;
    if (flags.filename.length === 0) throw new CliError('must specify one of -f and -k');
    const dryRun = readDryRun(flags['dry-run']);
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
        const body = hasLastApplied(info.object) ? withLastApplied(info.object) : info.object;
        const after =
          dryRun === 'client'
            ? body
            : await session.request<Unstructured>({
                method: 'PUT',
                path: resourcePath(info.resource, info.namespace, info.name),
                query: writeQuery(dryRun, 'kubectl-replace', flags.validate),
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

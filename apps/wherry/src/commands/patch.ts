import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { defineCommand } from '../cli/command.ts';
import { CliError, isStatusReason, throwGathered } from '../cli/errors.ts';
import { string } from '../cli/flags.ts';
import { apiVersionOf, resourcePath } from '../resources/mapping.ts';
import { getObject, type Info } from '../resources/select.ts';
import type { Unstructured } from '../resources/unstructured.ts';
import { Outcome, dryRunFlag, outputFlags, readDryRun, writeQuery } from './outcome.ts';
import { selectedInfos, selectionFlags } from './selection-flags.ts';

const types: Record<string, string> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
};

const { filename, recursive } = selectionFlags;

export const patch = defineCommand({
  name: 'patch',
  summary: 'Update fields of a resource',
  usage: '(-f FILENAME | TYPE NAME) [-p PATCH|--patch-file FILE]',
  examples: `# Set a field
wherry patch deployment web -p '{"spec":{"paused":true}}'
# With a JSON patch
wherry patch pod web --type=json -p '[{"op":"replace","path":"/metadata/labels/a","value":"b"}]'`,
  flags: {
    ...outputFlags,
    ...dryRunFlag,
    filename,
    recursive,
    'field-manager': string('Name of the manager used to track field ownership.', 'kubectl-patch'),
    patch: string('The patch to be applied to the resource JSON file.', '', { short: 'p' }),
    'patch-file': string('A file containing a patch to be applied to the resource.'),
    subresource: string('If specified, patch the subresource of the requested object.'),
    type: string('The type of patch being provided; one of [json merge strategic]', 'strategic'),
  },
  run: async (invocation) => {
    const { flags, session, io, args } = invocation;
    const contentType = types[flags.type.toLowerCase()];
    if (!contentType)
      throw new CliError(`--type must be one of [json merge strategic], not ${JSON.stringify(flags.type)}`);
    if (!flags.patch && !flags['patch-file'])
      throw new CliError('must specify --patch or --patch-file containing the contents of the patch');
    const text = flags.patch || (await readPatchFile(flags['patch-file'], io.cwd));
    let body: unknown;
    try {
      body = parse(text, { maxAliasCount: 100 });
    } catch (error) {
      throw new CliError(`unable to parse ${JSON.stringify(text)}: ${(error as Error).message.split('\n')[0]}`);
    }
    const dryRun = readDryRun(flags['dry-run']);
    const outcome = await Outcome.of(invocation);
    const errors: unknown[] = [];
    for (const info of await selectedInfos(invocation, args, 'patch')) {
      try {
        const before = await getObject(session, info, flags.subresource || undefined);
        const after = await session.request<Unstructured>({
          method: 'PATCH',
          path: resourcePath(info.resource, info.namespace, info.name, flags.subresource || undefined),
          query: writeQuery(dryRun === 'client' ? 'server' : dryRun, flags['field-manager']),
          contentType,
          body,
        });
        const same = before.metadata.resourceVersion === after.metadata.resourceVersion && dryRun === 'none';
        outcome.say(info.resource, after, same ? 'patched (no change)' : 'patched');
      } catch (error) {
        errors.push(isStatusReason(error, 'UnsupportedMediaType') ? unsupported(error, contentType, info) : error);
      }
    }
    throwGathered(errors);
  },
});

/** Custom resources know no strategic merge; kubectl says for which kind. */
function unsupported(error: unknown, contentType: string, { resource }: Info): CliError {
  const kind = `${apiVersionOf(resource)}, Kind=${resource.kind}`;
  return new CliError(`${contentType} is not supported by ${kind}: ${(error as Error).message}`);
}

async function readPatchFile(path: string, cwd: string): Promise<string> {
  try {
    return await readFile(resolve(cwd, path), 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? `open ${path}: no such file or directory` : message;
    throw new CliError(`unable to read patch file: ${why}`);
  }
}

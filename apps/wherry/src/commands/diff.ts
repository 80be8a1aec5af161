import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineCommand, type Invocation } from '../cli/command.ts';
import { CliError, SilentExit, explainError, throwGathered, withSource } from '../cli/errors.ts';
import { bool, string } from '../cli/flags.ts';
import { mergeLikeApply } from '../apply/merge.ts';
import { runDiff } from '../apply/run-diff.ts';
import { maskSecret } from '../apply/mask-secret.ts';
import { withoutManagedFields } from '../printing/printer.ts';
import { toYaml } from '../printing/yaml.ts';
import { choose, getIfThere, type Info } from '../resources/select.ts';
import type { Unstructured } from '../resources/unstructured.ts';
import { kustomizeFlag, refuseKustomize } from './kustomize.ts';
import { selectionFlags } from './selection-flags.ts';

const { filename, recursive, selector } = selectionFlags;

const diffFlags = {
  ...kustomizeFlag,
  filename,
  recursive,
  selector,
  'field-manager': string('Name of the manager used to track field ownership.', 'kubectl-client-side-apply'),
  'force-conflicts': bool('If true, server-side apply will force the changes against conflicts.'),
  'server-side': bool('If true, apply runs in the server instead of the client.'),
  'show-managed-fields': bool('If true, include managed fields in the diff.'),
};

export const diff = defineCommand({
  name: 'diff',
  summary: 'Diff the live version against a would-be applied version',
  usage: '-f FILENAME',
  description: `Shows what an apply would change, by asking the server for a dry run. The program of KUBECTL_EXTERNAL_DIFF
compares, "diff -u -N" without it. Exit code 0 means no difference, 1 that there is one, and more that it failed.`,
  examples: `# What would change
wherry diff -f web.yaml
# With colours
KUBECTL_EXTERNAL_DIFF="colordiff -N -u" wherry diff -f web.yaml`,
  flags: diffFlags,
  run: async (invocation) => {
    try {
      await runDiffOf(invocation);
    } catch (error) {
      if (error instanceof SilentExit) throw error;
      // Exit code 1 says that there is a difference, so that a failure is told by 2.
      invocation.err(explainError(error, invocation.path).text);
      throw new SilentExit(error instanceof CliError ? Math.max(error.exitCode, 2) : 2);
    }
  },
});

async function runDiffOf(invocation: Invocation<typeof diffFlags>): Promise<void> {
  const { flags, session, io, args } = invocation;
  if (args.length > 0) {
    throw new CliError(`Unexpected args: [${args.join(' ')}]\nSee 'wherry diff -h' for help and examples`);
  }
  refuseKustomize(flags.kustomize, 'diff');
  if (flags.filename.length === 0) throw new CliError('must specify one of -f and -k');
  if (flags['force-conflicts'] && !flags['server-side']) {
    throw new CliError('--force-conflicts only works with --server-side');
  }
  const { filename: filenames } = flags;
  const chosen = await choose(session, io, { args, filenames, recursive: flags.recursive, verb: 'diff' });
  const infos = chosen.kind === 'objects' ? chosen.infos : [];
  const errors: unknown[] = [];
  const [from, to] = [await mkdtemp(join(tmpdir(), 'LIVE-')), await mkdtemp(join(tmpdir(), 'MERGED-'))];
  try {
    for (const info of await onlySelected(infos, flags.selector)) {
      try {
        const live = await getIfThere(session, info);
        const merged = await mergeLikeApply(session, info, live, {
          serverSide: flags['server-side'],
          force: flags['force-conflicts'],
          fieldManager: flags['field-manager'],
        });
        const [before, after] = maskSecret(bare(live), bare(merged));
        const name = fileNameOf(info);
        if (before) await writeFile(join(from, name), toYaml(before));
        if (after) await writeFile(join(to, name), toYaml(after));
      } catch (error) {
        errors.push(withSource(error, 'diffing', info.source));
      }
    }
    throwGathered(errors);
    const code = await runDiff(from, to, io);
    if (code === 1) throw new SilentExit(1);
    if (code !== 0) throw new CliError(`exit status ${code}`, code);
  } finally {
    await rm(from, { recursive: true, force: true });
    await rm(to, { recursive: true, force: true });
  }

  function bare(object: Unstructured | undefined): Unstructured | undefined {
    return object && !flags['show-managed-fields'] ? withoutManagedFields(object) : object;
  }
}

async function onlySelected(infos: readonly Info[], selector: string): Promise<readonly Info[]> {
  if (selector === '') return infos;
  const { matchesLabels, parseLabelSelector } = await import('@wherry/apimachinery');
  const requirements = parseLabelSelector(selector);
  return infos.filter(({ object }) => matchesLabels(requirements, object?.metadata.labels));
}

/** `apps.v1.Deployment.default.web`. */
function fileNameOf({ resource, namespace = '', name }: Info): string {
  const parts = [resource.version, resource.kind, namespace, name];
  return [...(resource.group ? [resource.group] : []), ...parts].join('.');
}

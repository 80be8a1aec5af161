import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineCommand, type Invocation } from '../cli/command.ts';
import { CliError, explainError, statusOf } from '../cli/errors.ts';
import { bool, string } from '../cli/flags.ts';
import { withoutManagedFields } from '../printing/printer.ts';
import { toJson } from '../printing/json.ts';
import { toYaml } from '../printing/yaml.ts';
import { parseManifests } from '../resources/manifests.ts';
import { resourcePath } from '../resources/mapping.ts';
import { getObject, type Info } from '../resources/select.ts';
import type { Unstructured } from '../resources/unstructured.ts';
import { Outcome, outputFlags, validateFlag, writeQuery } from './outcome.ts';
import { selectedInfos, selectionFlags } from './selection-flags.ts';

const { filename, recursive, selector } = selectionFlags;
const editFlags = {
  ...outputFlags,
  ...validateFlag,
  filename,
  recursive,
  selector,
  'field-manager': string('Name of the manager used to track field ownership.', 'kubectl-edit'),
  'output-patch': bool('Output the patch if the resource is edited.'),
  subresource: string('If specified, edit the subresource of the requested object.'),
};

export const edit = defineCommand({
  name: 'edit',
  summary: 'Edit a resource on the server',
  usage: '(RESOURCE/NAME | -f FILENAME)',
  description: 'Edit a resource in the editor that KUBE_EDITOR or EDITOR names, or in vi.',
  flags: editFlags,
  run: async (invocation) => {
    const outcome = await Outcome.of({ ...invocation, flags: { ...invocation.flags, output: '' } });
    for (const info of await selectedInfos(invocation, invocation.args, 'edit')) {
      const after = await editOne(invocation, info);
      if (after) outcome.say(info.resource, after, 'edited');
    }
  },
});

const header = `# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
`;

async function editOne(invocation: Invocation<typeof editFlags>, info: Info): Promise<Unstructured | undefined> {
  const { session, flags } = invocation;
  const asJson = flags.output === 'json';
  const original = withoutManagedFields(await getObject(session, info, flags.subresource || undefined));
  const directory = await mkdtemp(join(tmpdir(), 'wherry-edit-'));
  const file = join(directory, `${info.resource.plural}-${info.name}.${asJson ? 'json' : 'yaml'}`);
  let body = asJson ? toJson(original) : toYaml(original);
  let problem = '';
  let keep = false;
  try {
    for (;;) {
      const notes =
        problem === ''
          ? ''
          : `${problem
              .trim()
              .split('\n')
              .map((l) => `# ${l}`)
              .join('\n')}\n#\n`;
      const shown = asJson ? body : header + notes + body;
      await writeFile(file, shown, { mode: 0o600 });
      await runEditor(invocation, file);
      const text = await readFile(file, 'utf8');
      const edited = withoutComments(text);
      if (edited.trim() === '' || text === shown) {
        if (problem !== '') {
          keep = true;
          invocation.err(
            `error: Edit cancelled, no valid changes were saved. A copy of your changes has been stored to ${JSON.stringify(file)}\n`,
          );
          throw new CliError('Edit cancelled, no valid changes were saved.');
        }
        invocation.out(
          edited.trim() === '' ? 'Edit cancelled, saved file was empty.\n' : 'Edit cancelled, no changes made.\n',
        );
        return undefined;
      }
      body = edited;
      try {
        const object = parseManifests(edited, file)[0]?.object;
        if (!object) throw new CliError('the edited file holds no object');
        return await save(invocation, info, original, object);
      } catch (error) {
        if (!(error instanceof CliError) && !statusOf(error)) throw error;
        const { text: why } = explainError(error, invocation.path);
        invocation.err(why);
        problem = why;
        keep = true;
      }
    }
  } finally {
    if (!keep) await rm(directory, { recursive: true, force: true });
  }
}

/** Opens an object's text in the editor, once; undefined when nothing was changed. */
export async function editText(
  invocation: Pick<Invocation, 'io'>,
  info: Info,
  text: string,
): Promise<Unstructured | undefined> {
  const directory = await mkdtemp(join(tmpdir(), 'wherry-edit-'));
  try {
    const file = join(directory, `${info.resource.plural}-${info.name}.yaml`);
    await writeFile(file, header + text, { mode: 0o600 });
    await runEditor(invocation, file);
    const edited = withoutComments(await readFile(file, 'utf8'));
    return edited.trim() === '' || edited === text ? undefined : parseManifests(edited, file)[0]?.object;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function save(
  { session, flags, out }: Invocation<typeof editFlags>,
  info: Info,
  original: Unstructured,
  edited: Unstructured,
): Promise<Unstructured | undefined> {
  if (edited.metadata.name !== original.metadata.name || edited.kind !== original.kind) {
    throw new CliError('At least one of apiVersion, kind and name was changed');
  }
  const [{ createMergePatch, createStrategicPatch }, { findResource }] = await Promise.all([
    import('@wherry/apimachinery'),
    import('@wherry/api'),
  ]);
  const known = findResource(info.resource.group, info.resource.version, info.resource.plural);
  const patch = (
    known ? createStrategicPatch(known.schema, original, edited) : createMergePatch(original, edited)
  ) as object;
  if (Object.keys(patch).length === 0) {
    out('Edit cancelled, no changes made.\n');
    return undefined;
  }
  if (flags['output-patch']) out(`Patch: ${JSON.stringify(patch)}\n`);
  return await session.request<Unstructured>({
    method: 'PATCH',
    path: resourcePath(info.resource, info.namespace, info.name, flags.subresource || undefined),
    query: writeQuery('none', flags['field-manager'], flags.validate),
    contentType: known ? 'application/strategic-merge-patch+json' : 'application/merge-patch+json',
    body: patch,
  });
}

/** Comment lines at the head of the file are ours; a '#' inside a block of text is not. */
function withoutComments(text: string): string {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => !line.startsWith('#'));
  return first < 0 ? '' : lines.slice(first).join('\n');
}

async function runEditor({ io }: Pick<Invocation, 'io'>, file: string): Promise<void> {
  const editor = io.env['KUBE_EDITOR'] || io.env['EDITOR'] || 'vi';
  const child = spawn('sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit', env: { ...io.env } });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new CliError(`there was a problem with the editor ${JSON.stringify(editor)}`);
}

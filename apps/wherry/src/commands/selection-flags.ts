import type { Invocation } from '../cli/command.ts';
import { bool, list, string } from '../cli/flags.ts';
import { selectInfos, type Info } from '../resources/select.ts';
import { kustomizeFlag, refuseKustomize } from './kustomize.ts';

/** Flags of the commands that act on objects chosen by name, file or selector. */
export const selectionFlags = {
  ...kustomizeFlag,
  all: bool('Select all resources in the namespace of the specified resource types.'),
  'all-namespaces': bool('If true, check the specified action in all namespaces.', false, { short: 'A' }),
  'field-selector': string("Selector (field query) to filter on, supports '=', '==', and '!='."),
  filename: list('Filename, directory, or - identifying the resource.', { short: 'f' }),
  recursive: bool('Process the directory used in -f, --filename recursively.', false, { short: 'R' }),
  selector: string("Selector (label query) to filter on, supports '=', '==', '!=', 'in', 'notin'.", '', { short: 'l' }),
};

interface SelectionValues {
  readonly kustomize?: string;
  readonly all?: boolean;
  readonly 'all-namespaces'?: boolean;
  readonly 'field-selector'?: string;
  readonly filename?: readonly string[];
  readonly recursive?: boolean;
  readonly selector?: string;
}

export async function selectedInfos(
  invocation: Pick<Invocation, 'session' | 'io'> & { readonly flags: SelectionValues },
  args: readonly string[],
  verb: string,
  defaultType?: string,
): Promise<readonly Info[]> {
  const { flags, session, io } = invocation;
  refuseKustomize(flags.kustomize ?? '', verb);
  return await selectInfos(session, io, {
    args,
    filenames: flags.filename ?? [],
    recursive: flags.recursive ?? false,
    selector: flags.selector ?? '',
    fieldSelector: flags['field-selector'] ?? '',
    allNamespaces: flags['all-namespaces'] ?? false,
    all: flags.all ?? false,
    verb,
    ...(defaultType ? { defaultType } : {}),
  });
}

import { CliError } from '../cli/errors.ts';

/** What the operands of a command name: whole types, or objects. */
export type Selection =
  | { readonly kind: 'none' }
  | { readonly kind: 'types'; readonly types: string; readonly names: readonly string[] }
  | { readonly kind: 'pairs'; readonly pairs: readonly { readonly type: string; readonly name: string }[] };

/** Reads `TYPE`, `TYPE NAME...`, `TYPE1,TYPE2 NAME...` and `TYPE/NAME...`. */
export function parseSelection(args: readonly string[]): Selection {
  const [first, ...rest] = args;
  if (first === undefined) return { kind: 'none' };
  if (!args.some((a) => a.includes('/'))) return { kind: 'types', types: first, names: rest };
  const plain = args.find((a) => !a.includes('/'));
  if (plain !== undefined) {
    throw new CliError(
      `there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'wherry get resource/<resource_name>' instead of 'wherry get resource resource/<resource_name>'`,
    );
  }
  return {
    kind: 'pairs',
    pairs: args.map((arg) => {
      const parts = arg.split('/');
      const [type = '', name = ''] = parts;
      if (parts.length !== 2) {
        throw new CliError('arguments in resource/name form may not have more than one slash');
      }
      if (type === '' || name === '') {
        throw new CliError('arguments in resource/name form must have a single resource and name');
      }
      return { type, name };
    }),
  };
}

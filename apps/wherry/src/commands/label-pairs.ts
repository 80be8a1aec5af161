import { CliError } from '../cli/errors.ts';

/** Reads `key=value` and `key-` (which removes). Throws CliError for what is neither. */
export function parseLabelPairs(
  words: readonly string[],
  what = 'label',
): {
  readonly set: Record<string, string>;
  readonly remove: readonly string[];
} {
  const set: Record<string, string> = {};
  const remove: string[] = [];
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals > 0) set[word.slice(0, equals)] = word.slice(equals + 1);
    else if (equals < 0 && word.endsWith('-') && word.length > 1) remove.push(word.slice(0, -1));
    else throw new CliError(`unknown ${what} spec: ${word}`);
  }
  const both = remove.filter((key) => key in set);
  if (both.length > 0) throw new CliError(`can not both modify and remove a ${what} in the same command`);
  return { set, remove };
}

import { isLabelValue, isQualifiedName } from '@wherry/apimachinery';
import { CliError } from '../cli/errors.ts';

export interface Taint {
  readonly key: string;
  readonly value?: string | undefined;
  readonly effect: string;
  readonly timeAdded?: string | undefined;
}

/** A taint to take away; without an effect, all of its key. */
export interface TaintRemoval {
  readonly key: string;
  readonly effect: string;
}

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** Reads `key=value:Effect`, `key:Effect`, `key-` and `key:Effect-`. Throws CliError. */
export function parseTaints(
  words: readonly string[],
  path: string,
): { readonly set: readonly Taint[]; readonly remove: readonly TaintRemoval[] } {
  const refuse = (why: string): never => {
    throw new CliError(`${why}\nSee '${path} -h' for help and examples`);
  };
  const set: Taint[] = [];
  const remove: TaintRemoval[] = [];
  for (const word of words) {
    if (word.endsWith('-')) {
      const { key, effect } = readTaint(word.slice(0, -1), refuse);
      remove.push({ key, effect });
      continue;
    }
    const taint = readTaint(word, refuse);
    if (taint.effect === '') refuse(`invalid taint spec: ${word}`);
    const twin = set.find((other) => other.key === taint.key && other.effect === taint.effect);
    if (twin) {
      refuse(
        `duplicated taints with the same key and effect: {${taint.key} ${taint.value ?? ''} ${taint.effect} <nil>}`,
      );
    }
    set.push(taint);
  }
  const both = remove.filter((r) => set.some((s) => s.key === r.key && (r.effect === '' || r.effect === s.effect)));
  if (both.length > 0) {
    const named = both.map((taint) => taintText({ ...taint, value: '' }));
    throw new CliError(
      `can not both modify and remove the following taint(s) in the same command: ${named.join(', ')}`,
    );
  }
  return { set, remove };
}

function taintText({ key, value, effect }: Taint): string {
  if (effect === '') return `${key}=${value ?? ''}`.replace(/^=$/, '');
  return value ? `${key}=${value}:${effect}` : `${key}:${effect}`;
}

function readTaint(text: string, refuse: (why: string) => never): Taint {
  const [left = '', effect = '', ...more] = text.split(':');
  if (more.length > 0) return refuse(`invalid taint spec: ${text}`);
  const [key = '', value = '', ...rest] = text.includes(':') ? left.split('=') : [left];
  if (rest.length > 0) return refuse(`invalid taint spec: ${text}`);
  if (text.includes(':')) {
    const problems = isLabelValue(value);
    if (problems.length > 0) return refuse(`invalid taint spec: ${text}, ${problems.join('; ')}`);
    if (!effects.includes(effect)) return refuse(`invalid taint effect: ${effect}, unsupported taint effect`);
  }
  const problems = isQualifiedName(key);
  if (problems.length > 0) return refuse(`invalid taint spec: ${text}, ${problems.join('; ')}`);
  return { key, ...(value ? { value } : {}), effect };
}

/** The node's taints after the change, and what it is called. Throws CliError where it may not or cannot be made. */
export function changeTaints(
  old: readonly Taint[],
  set: readonly Taint[],
  remove: readonly TaintRemoval[],
  overwrite: boolean,
  node: string,
): { readonly taints: readonly Taint[]; readonly operation: string } {
  const same = (a: Taint, b: Taint): boolean => a.key === b.key && a.effect === b.effect;
  if (!overwrite && set.some((taint) => old.some((other) => same(taint, other)))) {
    throw new CliError(`node ${node} already has a taint(s) with same effect(s) and --overwrite is false`);
  }
  const kept = old.filter((taint) => !set.some((other) => same(taint, other)));
  let taints: Taint[] = [...set, ...kept];
  for (const { key, effect } of remove) {
    const left = taints.filter((taint) => taint.key !== key || (effect !== '' && taint.effect !== effect));
    if (left.length === taints.length) {
      throw new CliError(`taint ${JSON.stringify(effect === '' ? key : `${key}:${effect}`)} not found`);
    }
    taints = left;
  }
  const added = set.some((taint) => !old.some((other) => same(taint, other)));
  const changed = set.some((taint) => old.some((other) => same(taint, other)));
  const operation = changed || (added && remove.length > 0) ? 'modified' : remove.length > 0 ? 'untainted' : 'tainted';
  return { taints, operation };
}

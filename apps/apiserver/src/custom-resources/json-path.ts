import { getOwn, isMap } from '@wherry/apimachinery';

/** All values that a path leads to. */
export type Path = (root: unknown) => unknown[];

type Step = (values: unknown[]) => unknown[];

/**
 * The JSON paths of printer columns and selectable fields: `.a.b`, `['a.b']`, `[0]`, `[-1]`, `[1:3]`, `[*]`,
 * `[?(@.type=="Ready")]`. Throws an Error that says what is wrong.
 */
export function parsePath(text: string): Path {
  const steps: Step[] = [];
  let rest = text
    .trim()
    .replace(/^\{(.*)\}$/s, '$1')
    .replace(/^\$/, '');
  while (rest !== '') {
    const field = /^\.((?:[^.[\\]|\\.)+)/.exec(rest);
    if (field) {
      const name = field[1]!.replaceAll(/\\(.)/g, '$1');
      steps.push(name === '*' ? everything : fieldStep(name));
      rest = rest.slice(field[0].length);
      continue;
    }
    if (rest === '.') break;
    const bracket = rest.startsWith('[') ? closing(rest) : -1;
    if (bracket < 0) throw new Error(`unexpected path string, expected a '.' or '[' in ${JSON.stringify(text)}`);
    steps.push(bracketStep(rest.slice(1, bracket).trim()));
    rest = rest.slice(bracket + 1);
  }
  return (root) => steps.reduce((values, step) => (values.length === 0 ? values : step(values)), [root]);
}

function closing(text: string): number {
  let quote = '';
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (quote !== '') quote = char === quote ? '' : quote;
    else if (char === "'" || char === '"') quote = char;
    else if (char === '[') depth++;
    else if (char === ']' && --depth === 0) return i;
  }
  return -1;
}

const everything: Step = (values) =>
  values.flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : isMap(value) ? Object.values(value) : []));

function fieldStep(name: string): Step {
  return (values) => values.flatMap((value) => (isMap(value) && Object.hasOwn(value, name) ? [value[name]] : []));
}

function bracketStep(inner: string): Step {
  if (inner === '*') return everything;
  const quoted = /^(['"])(.*)\1$/s.exec(inner);
  if (quoted) return fieldStep(quoted[2]!);
  if (/^-?\d+$/.test(inner)) return (values) => lists(values).flatMap((list) => list.slice(Number(inner)).slice(0, 1));
  const slice = /^(-?\d*):(-?\d*)$/.exec(inner);
  if (slice) {
    const [from, to] = [slice[1]!, slice[2]!].map((part) => (part === '' ? undefined : Number(part)));
    return (values) => lists(values).flatMap((list) => list.slice(from, to));
  }
  const filter = /^\?\((.*)\)$/s.exec(inner);
  if (filter) return filterStep(filter[1]!.trim());
  throw new Error(`invalid array index ${inner}`);
}

function lists(values: unknown[]): unknown[][] {
  return values.filter((value): value is unknown[] => Array.isArray(value));
}

type Operator = '==' | '!=' | '<=' | '>=' | '<' | '>';

function filterStep(text: string): Step {
  const found = /^@(.*?)\s*(==|!=|<=|>=|<|>)\s*(.+)$/s.exec(text);
  if (found === null) {
    if (!text.startsWith('@')) throw new Error(`unrecognized filter ${text}`);
    const path = parsePath(text.slice(1));
    return (values) => lists(values).flatMap((list) => list.filter((item) => path(item).length > 0));
  }
  const path = parsePath(found[1]!);
  const wanted = literal(found[3]!.trim());
  const operator = found[2] as Operator;
  return (values) =>
    lists(values).flatMap((list) =>
      list.filter((item) => path(item).some((value) => compare(value, operator, wanted))),
    );
}

function literal(text: string): unknown {
  const quoted = /^(['"])(.*)\1$/s.exec(text);
  if (quoted) return quoted[2];
  if (text === 'true' || text === 'false') return text === 'true';
  const value = Number(text);
  if (Number.isNaN(value)) throw new Error(`unrecognized literal ${text}`);
  return value;
}

function compare(value: unknown, operator: Operator, wanted: unknown): boolean {
  if (operator === '==') return value === wanted;
  if (operator === '!=') return value !== wanted;
  if (typeof value !== typeof wanted || (typeof value !== 'number' && typeof value !== 'string')) return false;
  const order = value < (wanted as typeof value) ? -1 : value > (wanted as typeof value) ? 1 : 0;
  return operator === '<' ? order < 0 : operator === '<=' ? order <= 0 : operator === '>' ? order > 0 : order >= 0;
}

/** `.spec.replicas`: fields alone, as the scale subresource has them. */
export function simplePath(text: string): string[] {
  return text.split('.').slice(1);
}

export function readSimple(root: unknown, path: readonly string[]): unknown {
  let value = root;
  for (const name of path) value = isMap(value) ? getOwn(value, name) : undefined;
  return value;
}

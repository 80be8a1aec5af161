import { isInteger, type LabelRequirement } from './label-requirement.ts';
import { parseRequirements } from './label-selector-parser.ts';
import type { LabelSelector, LabelSelectorRequirement } from './meta.ts';
import { getOwn } from './own-key.ts';
import { badRequest } from './status.ts';

export type Labels = Readonly<Record<string, string>>;

/**
 * `a=b,c in (d,e),!f`: the labelSelector query parameter.
 * @throws StatusError 400 with upstream's words
 */
export function parseLabelSelector(text: string): LabelRequirement[] {
  const parsed = parseRequirements(text);
  if (typeof parsed === 'string') throw badRequest(parsed);
  return parsed;
}

export function matchesLabels(requirements: readonly LabelRequirement[], labels: Labels | undefined): boolean {
  for (const requirement of requirements) if (!matchesRequirement(requirement, labels)) return false;
  return true;
}

function matchesRequirement(requirement: LabelRequirement, labels: Labels | undefined): boolean {
  const value = getOwn(labels, requirement.key);
  switch (requirement.op) {
    case 'in':
    case '=':
    case '==':
      return value !== undefined && requirement.values.includes(value);
    case 'notin':
    case '!=':
      return value === undefined || !requirement.values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case 'gt':
    case 'lt':
      return comparesInteger(value, requirement);
  }
}

function comparesInteger(value: string | undefined, requirement: LabelRequirement): boolean {
  const bound = requirement.values[0] ?? '';
  if (value === undefined || !isInteger(value) || !isInteger(bound)) return false;
  return requirement.op === 'gt' ? BigInt(value) > BigInt(bound) : BigInt(value) < BigInt(bound);
}

/** metav1.LabelSelector as requirements: absent selects nothing, empty selects everything. */
export function labelSelectorRequirements(selector: LabelSelector | undefined): LabelRequirement[] | undefined {
  if (selector === undefined) return undefined;
  const requirements: LabelRequirement[] = [];
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    requirements.push({ key, op: '=', values: [value] });
  }
  for (const expression of selector.matchExpressions ?? []) requirements.push(fromExpression(expression));
  return requirements;
}

const operators: Readonly<Record<string, LabelRequirement['op']>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
};

function fromExpression(expression: LabelSelectorRequirement): LabelRequirement {
  const op = getOwn(operators, expression.operator);
  if (op === undefined) throw badRequest(`"${expression.operator}" is not a valid label selector operator`);
  return { key: expression.key, op, values: expression.values ?? [] };
}

/** Whether metav1.LabelSelector selects these labels: an absent selector selects nothing, an empty one everything. */
export function selectorMatches(selector: LabelSelector | undefined, labels: Labels | undefined): boolean {
  if (selector === undefined) return false;
  for (const key in selector.matchLabels) {
    if (getOwn(labels, key) !== selector.matchLabels[key]) return false;
  }
  for (const expression of selector.matchExpressions ?? []) {
    if (!matchesRequirement(fromExpression(expression), labels)) return false;
  }
  return true;
}

/** A plain map, such as a Service's selector: an empty or absent one selects nothing. */
export function labelsMatchMap(selector: Labels | undefined, labels: Labels | undefined): boolean {
  let some = false;
  for (const key in selector) {
    some = true;
    if (getOwn(labels, key) !== selector[key]) return false;
  }
  return some;
}

/**
 * The selector as kubectl prints it, sorted by key: `a=b,c in (d,e),!f`; `<none>` when it selects everything, and
 * `<error>` when it has no meaning.
 */
export function formatLabelSelector(selector: LabelSelector | undefined): string {
  if (selector?.matchExpressions?.some(({ operator }) => getOwn(operators, operator) === undefined)) return '<error>';
  const text = formatLabelRequirements(labelSelectorRequirements(selector) ?? []);
  return text === '' ? '<none>' : text;
}

export function formatLabelRequirements(requirements: readonly LabelRequirement[]): string {
  return requirements
    .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(formatRequirement)
    .join(',');
}

function formatRequirement({ key, op, values }: LabelRequirement): string {
  switch (op) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'in':
    case 'notin':
      return `${key} ${op} (${values.toSorted().join(',')})`;
    case 'gt':
      return `${key}>${values[0]}`;
    case 'lt':
      return `${key}<${values[0]}`;
    default:
      return `${key}${op}${values[0] ?? ''}`;
  }
}

/** `a=b,c=d` of a plain map, sorted; `<none>` when empty. */
export function formatLabels(labels: Labels | undefined): string {
  const text = Object.keys(labels ?? {})
    .toSorted()
    .map((key) => `${key}=${labels?.[key]}`)
    .join(',');
  return text === '' ? '<none>' : text;
}

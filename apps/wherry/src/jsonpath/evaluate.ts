import { goText } from '../printing/go-text.ts';
import { toCompactJson } from '../printing/json.ts';
import { JsonPathError, type Node, type Operand, type Path, type Step } from './parse.ts';

export interface EvaluateOptions {
  /** Whether a field that is not there is nothing, rather than an error. */
  readonly allowMissingKeys: boolean;
}

/** What each part of a template yields, in order. Throws JsonPathError. */
export function evaluateTemplate(
  nodes: readonly Node[],
  document: unknown,
  options: EvaluateOptions = { allowMissingKeys: true },
): unknown[][] {
  const run = (body: readonly Node[], current: unknown): unknown[][] =>
    body.flatMap((node) => {
      if (node.kind === 'text') return [[new Text(node.text)]];
      const values = evaluatePath(node.path, current, document, options);
      return node.kind === 'path' ? [values] : values.flatMap((value) => run(node.body, value));
    });
  return run(nodes, document);
}

/** Evaluates a template and prints it: values of one path separated by spaces, maps and lists as JSON. */
export function printTemplate(nodes: readonly Node[], document: unknown, options?: EvaluateOptions): string {
  return evaluateTemplate(nodes, document, options)
    .map((values) => values.map(printValue).join(' '))
    .join('');
}

/** The values that a template without text yields, for columns and sorting. */
export function findValues(nodes: readonly Node[], document: unknown): unknown[] {
  return evaluateTemplate(nodes, document).flat();
}

class Text {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

function printValue(value: unknown): string {
  if (value instanceof Text) return value.text;
  if (value === null) return 'null';
  return typeof value === 'object' ? toCompactJson(value) : goText(value);
}

export function evaluatePath(path: Path, current: unknown, document: unknown, options: EvaluateOptions): unknown[] {
  let values: unknown[] = [path.root ? document : current];
  for (const step of path.steps) values = evaluateStep(step, values, document, options);
  return values;
}

function evaluateStep(step: Step, values: readonly unknown[], document: unknown, options: EvaluateOptions): unknown[] {
  switch (step.kind) {
    case 'field':
      return evaluateField(step.name, values, options);
    case 'wildcard':
      return values.flatMap(children);
    case 'recursive':
      return values.flatMap(descendants);
    case 'slice':
      return values.flatMap((value) => evaluateSlice(step, value));
    case 'filter':
      return values.flatMap((value) => evaluateFilter(step, value, document, options));
    case 'union':
      return step.parts.flatMap((part) => {
        let found: unknown[] = [...values];
        for (const inner of part) found = evaluateStep(inner, found, document, options);
        return found;
      });
  }
}

function evaluateField(name: string, values: readonly unknown[], options: EvaluateOptions): unknown[] {
  const found = values.flatMap((value) => (isRecord(value) && Object.hasOwn(value, name) ? [value[name]] : []));
  if (found.length === 0 && !options.allowMissingKeys) throw new JsonPathError(`${name} is not found`);
  return found;
}

function evaluateSlice(step: Step & { kind: 'slice' }, value: unknown): unknown[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw new JsonPathError(`${goText(value)} is not array or slice`);
  const length = value.length;
  const clampStart = step.from ?? 0;
  let from = clampStart < 0 ? clampStart + length : clampStart;
  if (step.index) {
    if (from < 0 || from >= length) {
      throw new JsonPathError(`array index out of bounds: index ${step.from}, length ${length}`);
    }
    return [value[from]];
  }
  let to = step.to ?? length;
  if (to < 0) to += length;
  const by = step.step ?? 1;
  if (by <= 0) throw new JsonPathError('step must be > 0');
  if (from < 0 || from > length) {
    throw new JsonPathError(`array index out of bounds: index ${step.from}, length ${length}`);
  }
  if (to < from) {
    throw new JsonPathError(`starting index ${from} is greater than ending index ${to}`);
  }
  const found: unknown[] = [];
  if (to > length) throw new JsonPathError(`array index out of bounds: index ${to - 1}, length ${length}`);
  for (; from < to; from += by) found.push(value[from]);
  return found;
}

function evaluateFilter(
  step: Step & { kind: 'filter' },
  value: unknown,
  document: unknown,
  options: EvaluateOptions,
): unknown[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value) && !isRecord(value)) {
    throw new JsonPathError(`${goText(value)} is not array or slice and cannot be filtered`);
  }
  return children(value).filter((candidate) => {
    const lenient = { ...options, allowMissingKeys: true };
    const left = evaluateOperand(step.left, candidate, document, lenient);
    if (step.operator === 'exists') return left.length > 0;
    const right = step.right ? evaluateOperand(step.right, candidate, document, lenient) : [];
    if (left.length === 0 || right.length === 0) return false;
    if (left.length > 1 || right.length > 1) throw new JsonPathError('can only compare one element at a time');
    return compare(left[0], step.operator, right[0]);
  });
}

function evaluateOperand(operand: Operand, candidate: unknown, document: unknown, options: EvaluateOptions): unknown[] {
  return 'literal' in operand ? [operand.literal] : evaluatePath(operand, candidate, document, options);
}

function compare(left: unknown, operator: string, right: unknown): boolean {
  if (typeof left !== typeof right) {
    if (operator === '==') return false;
    if (operator === '!=') return true;
    throw new JsonPathError('incompatible types for comparison');
  }
  const [a, b] = [left as string | number, right as string | number];
  switch (operator) {
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    default:
      return a >= b;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function children(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (!isRecord(value)) return [];
  return Object.keys(value)
    .toSorted()
    .map((key) => value[key]);
}

function descendants(value: unknown): unknown[] {
  const inner = children(value);
  return inner.length === 0 ? [] : [value, ...inner.flatMap(descendants)];
}

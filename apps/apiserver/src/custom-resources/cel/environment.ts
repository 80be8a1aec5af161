import { Environment, type ASTNode } from '@marcbachmann/cel-js';
import { registerLibraries } from './libraries.ts';

/** A compiled expression. Throws an Error when it cannot be evaluated. */
export interface Expression {
  evaluate(variables: { self: unknown; oldSelf?: unknown }): unknown;
  /** How deep its comprehensions nest: what an evaluation costs grows by that power. */
  readonly depth: number;
  readonly usesOldSelf: boolean;
}

const environment = registerLibraries(
  new Environment({
    enableOptionalTypes: true,
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: 10_000, maxDepth: 100 },
  })
    .registerVariable('self', 'dyn')
    .registerVariable('oldSelf', 'dyn'),
);

const comprehensions = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

/** @param type what it must evaluate to. Throws an Error that says what is wrong with the text. */
export function compileExpression(text: string, type: 'bool' | 'string'): Expression {
  const parsed = environment.parse(text);
  const facts = survey(parsed.ast);
  const checked = parsed.check();
  if (!checked.valid) throw checked.error ?? new Error('invalid expression');
  if (checked.type !== type && checked.type !== 'dyn') throw new Error(`must evaluate to a ${type}`);
  return { ...facts, evaluate: (variables) => parsed(variables) };
}

/** Only the first line: the rest shows where in the text. */
export function summaryOf(error: unknown): string {
  return (error as Error).message.split('\n', 1)[0]!;
}

/** Looks through the tree once; `matches` becomes the one that takes linear time. */
function survey(root: ASTNode): { depth: number; usesOldSelf: boolean } {
  let usesOldSelf = false;
  const visit = (node: unknown): number => {
    if (Array.isArray(node)) return Math.max(0, ...node.map(visit));
    if (typeof node !== 'object' || node === null || !('op' in node)) return 0;
    const { op, args } = node as { op: string; args: unknown };
    if (op === 'id' && args === 'oldSelf') usesOldSelf = true;
    if (op === 'call' && Array.isArray(args)) return visit(args[1]);
    if (op !== 'rcall' || !Array.isArray(args)) return visit(args);
    if (args[0] === 'matches') args[0] = 'linearMatches';
    const inside = visit(args[2]);
    return Math.max(visit(args[1]), comprehensions.has(args[0] as string) ? inside + 1 : inside);
  };
  return { depth: visit(root), usesOldSelf };
}

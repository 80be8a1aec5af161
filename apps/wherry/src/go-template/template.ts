import { goText } from '../printing/go-text.ts';
import { callFunction } from './functions.ts';
import { TemplateError, type Expression, type Pipeline, type TemplateNode } from './parse.ts';

export { TemplateError, parseGoTemplate } from './parse.ts';

/** Runs a parsed template over a JSON value. Throws TemplateError. */
export function executeGoTemplate(nodes: readonly TemplateNode[], data: unknown): string {
  const run = new Execution(data);
  run.nodes(nodes, data, new Scope(undefined, new Map([['', data]])));
  return run.output;
}

class Scope {
  readonly parent: Scope | undefined;
  readonly values: Map<string, unknown>;

  constructor(parent: Scope | undefined, values = new Map<string, unknown>()) {
    this.parent = parent;
    this.values = values;
  }

  find(name: string): Scope {
    if (this.values.has(name)) return this;
    if (this.parent) return this.parent.find(name);
    throw new TemplateError(`template: output:1: undefined variable "$${name}"`);
  }
}

class Execution {
  output = '';
  readonly data: unknown;

  constructor(data: unknown) {
    this.data = data;
  }

  nodes(nodes: readonly TemplateNode[], dot: unknown, scope: Scope): 'break' | 'continue' | undefined {
    for (const node of nodes) {
      const leave = this.#node(node, dot, scope);
      if (leave) return leave;
    }
    return undefined;
  }

  #node(node: TemplateNode, dot: unknown, scope: Scope): 'break' | 'continue' | undefined {
    switch (node.kind) {
      case 'text':
        this.output += node.text;
        return undefined;
      case 'action': {
        const value = this.#pipeline(node.pipeline, dot, scope);
        if (node.pipeline.variables.length === 0) this.output += printed(value);
        return undefined;
      }
      case 'range':
        return this.#range(node, dot, scope);
      case 'if':
      case 'with': {
        const inner = new Scope(scope);
        const value = this.#pipeline(node.pipeline, dot, inner);
        if (isTrue(value)) return this.nodes(node.body, node.kind === 'with' ? value : dot, inner);
        return this.nodes(node.otherwise, dot, inner);
      }
      default:
        return node.kind;
    }
  }

  #range(node: TemplateNode & { kind: 'if' | 'range' | 'with' }, dot: unknown, scope: Scope): undefined {
    const { variables } = node.pipeline;
    const over = this.#pipeline({ ...node.pipeline, variables: [] }, dot, scope);
    const entries = entriesOf(over);
    if (entries.length === 0) this.nodes(node.otherwise, dot, new Scope(scope));
    for (const [key, value] of entries) {
      const inner = new Scope(scope);
      const [first, second] = variables;
      if (second !== undefined) {
        inner.values.set(first ?? '', key);
        inner.values.set(second, value);
      } else if (first !== undefined) inner.values.set(first, value);
      if (this.nodes(node.body, value, inner) === 'break') break;
    }
    return undefined;
  }

  #pipeline(pipeline: Pipeline, dot: unknown, scope: Scope): unknown {
    let value: unknown;
    pipeline.commands.forEach((command, i) => {
      value = this.#command(command, dot, scope, i === 0 ? [] : [value]);
    });
    const [name] = pipeline.variables;
    if (name !== undefined) (pipeline.assign ? scope.find(name) : scope).values.set(name, value);
    return value;
  }

  #command(words: readonly Expression[], dot: unknown, scope: Scope, piped: readonly unknown[]): unknown {
    const [head, ...rest] = words;
    if (!head) throw new TemplateError('template: output:1: missing value for command');
    if (head.kind !== 'function') {
      if (rest.length > 0 || piped.length > 0) throw new TemplateError("can't give argument to non-function");
      return this.#value(head, dot, scope);
    }
    // `and` and `or` stop at the first argument that decides them.
    if (head.name === 'and' || head.name === 'or') {
      let value: unknown;
      for (const word of rest) {
        value = this.#value(word, dot, scope);
        if (isTrue(value) === (head.name === 'or')) return value;
      }
      return piped.length > 0 ? piped[0] : value;
    }
    return callFunction(head.name, [...rest.map((word) => this.#value(word, dot, scope)), ...piped]);
  }

  #value(expression: Expression, dot: unknown, scope: Scope): unknown {
    switch (expression.kind) {
      case 'literal':
        return expression.value;
      case 'dot':
        return dot;
      case 'variable':
        return scope.find(expression.name).values.get(expression.name);
      case 'fields':
        return expression.names.reduce(fieldOf, this.#value(expression.of, dot, scope));
      case 'pipeline':
        return this.#pipeline(expression.pipeline, dot, scope);
      case 'function':
        return callFunction(expression.name, []);
    }
  }
}

function fieldOf(value: unknown, name: string): unknown {
  if (value === undefined || value === null) {
    throw new TemplateError(`nil data; no entry for key ${JSON.stringify(name)}`);
  }
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new TemplateError(
      `can't evaluate field ${name} in type ${Array.isArray(value) ? '[]interface {}' : typeof value}`,
    );
  }
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

function entriesOf(value: unknown): [unknown, unknown][] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.map((item, i) => [i, item]);
  if (typeof value === 'number') return Array.from({ length: value }, (_, i) => [i, i]);
  if (typeof value === 'object') {
    return Object.keys(value)
      .toSorted()
      .map((key) => [key, (value as Record<string, unknown>)[key]]);
  }
  throw new TemplateError(`range can't iterate over ${goText(value)}`);
}

export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

function printed(value: unknown): string {
  return value === undefined || value === null ? '<no value>' : goText(value);
}

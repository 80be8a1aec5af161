/**
 * The part of Go's text/template that people write after `-o go-template`: fields, variables, pipelines, if, range,
 * with, and the functions that kubectl offers.
 */
export class TemplateError extends Error {}

export type Expression =
  | { readonly kind: 'literal'; readonly value: unknown }
  | { readonly kind: 'dot' }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'fields'; readonly of: Expression; readonly names: readonly string[] }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'pipeline'; readonly pipeline: Pipeline };

export interface Pipeline {
  /** Variables that the pipeline's value is given to; two of them in `range $key, $value :=`. */
  readonly variables: readonly string[];
  readonly assign: boolean;
  /** Each command's words; the value of one is the last argument of the next. */
  readonly commands: readonly (readonly Expression[])[];
}

export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipeline: Pipeline }
  | {
      readonly kind: 'if' | 'range' | 'with';
      readonly pipeline: Pipeline;
      readonly body: TemplateNode[];
      readonly otherwise: TemplateNode[];
    }
  | { readonly kind: 'break' | 'continue' };

export function parseGoTemplate(template: string): TemplateNode[] {
  return new Parser(splitActions(template)).parse();
}

type Piece = { readonly text: string } | { readonly action: string };

function splitActions(template: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  let trimNext = false;
  const addText = (text: string, trimEnd: boolean): void => {
    const left = trimNext ? text.replace(/^[ \t\r\n]+/, '') : text;
    pieces.push({ text: trimEnd ? left.replace(/[ \t\r\n]+$/, '') : left });
  };
  for (;;) {
    const open = template.indexOf('{{', at);
    if (open < 0) {
      addText(template.slice(at), false);
      return pieces;
    }
    const close = actionEnd(template, open + 2);
    const trimBefore = /^-[ \t\r\n]/.test(template.slice(open + 2));
    let action = template.slice(open + (trimBefore ? 3 : 2), close);
    addText(template.slice(at, open), trimBefore);
    trimNext = /[ \t\r\n]-$/.test(action);
    if (trimNext) action = action.slice(0, -1);
    action = action.trim();
    if (!action.startsWith('/*')) pieces.push({ action });
    at = close + 2;
  }
}

function actionEnd(template: string, from: number): number {
  let quote = '';
  for (let i = from; i < template.length; i++) {
    const c = template[i] ?? '';
    if (quote) {
      if (c === '\\' && quote !== '`') i++;
      else if (c === quote) quote = '';
    } else if (c === '"' || c === '`' || c === "'") quote = c;
    else if (template.startsWith('}}', i)) return i;
  }
  throw new TemplateError(`template: output:1: ${quote ? 'unterminated quoted string' : 'unclosed action'}`);
}

class Parser {
  readonly #pieces: readonly Piece[];
  #at = 0;

  constructor(pieces: readonly Piece[]) {
    this.#pieces = pieces;
  }

  parse(): TemplateNode[] {
    const { nodes, stop } = this.#nodes();
    if (stop !== '') throw new TemplateError(`template: output:1: unexpected {{${stop}}}`);
    return nodes;
  }

  /** Nodes up to the end of the template, or to an `end` or `else` that belongs to the caller. */
  #nodes(): { nodes: TemplateNode[]; stop: string } {
    const nodes: TemplateNode[] = [];
    for (let piece = this.#pieces[this.#at++]; piece; piece = this.#pieces[this.#at++]) {
      if ('text' in piece) {
        if (piece.text !== '') nodes.push({ kind: 'text', text: piece.text });
        continue;
      }
      const keyword = /^(if|range|with|end|else|break|continue)\b/.exec(piece.action)?.[1];
      if (keyword === 'end' || keyword === 'else') return { nodes, stop: piece.action };
      if (keyword === 'break' || keyword === 'continue') nodes.push({ kind: keyword });
      else if (keyword === 'if' || keyword === 'range' || keyword === 'with') {
        nodes.push(this.#block(keyword, piece.action.slice(keyword.length)));
      } else nodes.push({ kind: 'action', pipeline: parsePipeline(piece.action) });
    }
    return { nodes, stop: '' };
  }

  #block(kind: 'if' | 'range' | 'with', text: string): TemplateNode {
    const pipeline = parsePipeline(text.trim());
    const { nodes: body, stop } = this.#nodes();
    if (stop === '') throw new TemplateError('template: output:1: unexpected EOF');
    if (stop === 'end') return { kind, pipeline, body, otherwise: [] };
    const chained = /^else\s+(if|with)\b([\s\S]*)$/.exec(stop);
    if (chained) {
      return { kind, pipeline, body, otherwise: [this.#block(chained[1] as 'if' | 'with', chained[2] ?? '')] };
    }
    const rest = this.#nodes();
    if (rest.stop !== 'end') throw new TemplateError('template: output:1: unexpected EOF');
    return { kind, pipeline, body, otherwise: rest.nodes };
  }
}

const token =
  /\s*(?:("(?:\\.|[^"\\])*")|(`[^`]*`)|('(?:\\.|[^'\\])*')|(:=|=|\||,|\(|\))|(\$\w*(?:\.[\w-]+)*)|((?:\.[\w-]+)+|\.)|([-+]?\d[\w.]*)|(\w+(?:\.\w+)*))/y;

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    if (text.slice(token.lastIndex).trim() === '') break;
    const at = token.lastIndex;
    const match = token.exec(text);
    if (!match)
      throw new TemplateError(`template: output:1: unexpected ${JSON.stringify(text.slice(at).trim()[0])} in operand`);
    tokens.push(match[0].trim());
    // `(x).y` is one operand; `(x) .y` is two.
    if (tokens.at(-1) === ')' && /^\.\w/.test(text.slice(token.lastIndex))) tokens.push('\u0000');
  }
  return tokens;
}

function parsePipeline(text: string): Pipeline {
  const tokens = tokenize(text);
  const { pipeline, at } = readPipeline(tokens, 0);
  if (at < tokens.length) throw new TemplateError(`template: output:1: unexpected ${JSON.stringify(tokens[at])}`);
  return pipeline;
}

function readPipeline(tokens: readonly string[], from: number): { pipeline: Pipeline; at: number } {
  const operator = tokens.findIndex((t, i) => i >= from && (t === ':=' || t === '='));
  const head = tokens.slice(from, operator < 0 ? from : operator);
  const declares = operator >= 0 && head.every((t) => t === ',' || /^\$\w+$/.test(t));
  const variables = declares ? head.filter((t) => t !== ',').map((t) => t.slice(1)) : [];
  let at = declares ? operator + 1 : from;
  const commands: Expression[][] = [[]];
  for (; at < tokens.length; at++) {
    const word = tokens[at] ?? '';
    if (word === ')') break;
    if (word === '|') {
      commands.push([]);
      continue;
    }
    let expression: Expression;
    if (word === '(') {
      const inner = readPipeline(tokens, at + 1);
      if (tokens[inner.at] !== ')') throw new TemplateError('template: output:1: unclosed left paren');
      at = inner.at;
      expression = { kind: 'pipeline', pipeline: inner.pipeline };
      if (tokens[at + 1] === '\u0000') {
        expression = { kind: 'fields', of: expression, names: (tokens[at + 2] ?? '').split('.').slice(1) };
        at += 2;
      }
    } else expression = readOperand(word);
    commands.at(-1)?.push(expression);
  }
  if (commands.some((c) => c.length === 0)) throw new TemplateError('template: output:1: missing value for command');
  return { pipeline: { variables, assign: declares && tokens[operator] === '=', commands }, at };
}

function readOperand(word: string): Expression {
  const first = word[0] ?? '';
  if (first === '"' || first === "'") return { kind: 'literal', value: unquote(word) };
  if (first === '`') return { kind: 'literal', value: word.slice(1, -1) };
  if (word === '.') return { kind: 'dot' };
  if (first === '.') return { kind: 'fields', of: { kind: 'dot' }, names: word.split('.').slice(1) };
  if (first === '$') {
    const [name = '', ...names] = word.slice(1).split('.');
    const variable: Expression = { kind: 'variable', name };
    return names.length === 0 ? variable : { kind: 'fields', of: variable, names };
  }
  if (/^[-+]?\d/.test(word)) return { kind: 'literal', value: Number(word) };
  if (word === 'true' || word === 'false') return { kind: 'literal', value: word === 'true' };
  if (word === 'nil') return { kind: 'literal', value: null };
  return { kind: 'function', name: word };
}

export function unquote(quoted: string): string {
  const names: Record<string, string> = { n: '\n', t: '\t', r: '\r' };
  return quoted.slice(1, -1).replace(/\\(u[\da-fA-F]{4}|x[\da-fA-F]{2}|.)/g, (_, escape: string) => {
    if (escape.length > 1) return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    return names[escape] ?? escape;
  });
}

/**
 * kubectl's JSONPath dialect: text with `{...}` in it. Inside braces stand paths, `range PATH`, `end` and quoted text.
 * The grammar is documented at kubernetes.io, "JSONPath Support".
 */

export type Step =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'wildcard' }
  | { readonly kind: 'recursive' }
  | {
      readonly kind: 'slice';
      readonly from?: number;
      readonly to?: number;
      readonly step?: number;
      readonly index: boolean;
    }
  | { readonly kind: 'filter'; readonly left: Operand; readonly operator: Operator; readonly right?: Operand }
  | { readonly kind: 'union'; readonly parts: readonly (readonly Step[])[] };

export type Operator = 'exists' | '==' | '!=' | '<' | '<=' | '>' | '>=';
export type Operand = { readonly literal: string | number | boolean } | Path;

export interface Path {
  /** `$` begins at the document, `@` and everything else at the current value. */
  readonly root: boolean;
  readonly steps: readonly Step[];
}

export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'range'; readonly path: Path; readonly body: readonly Node[] };

export class JsonPathError extends Error {}

/** Parses a whole template. Throws JsonPathError with upstream's words. */
export function parseTemplate(template: string): Node[] {
  const root: Node[] = [];
  const open: { path: Path; body: Node[] }[] = [];
  const add = (node: Node): void => void (open.at(-1)?.body ?? root).push(node);
  let at = 0;
  while (at < template.length) {
    const brace = template.indexOf('{', at);
    if (brace < 0) {
      add({ kind: 'text', text: template.slice(at) });
      break;
    }
    if (brace > at) add({ kind: 'text', text: template.slice(at, brace) });
    const close = closingBrace(template, brace);
    const action = template.slice(brace + 1, close).trim();
    at = close + 1;
    if (action === 'end') {
      const done = open.pop();
      if (!done) throw new JsonPathError('not in range, nothing to end');
      add({ kind: 'range', ...done });
    } else if (/^range\s/.test(action)) {
      open.push({ path: parsePath(action.slice(5).trim()), body: [] });
    } else {
      for (const node of parseAction(action)) add(node);
    }
  }
  if (open.length > 0) throw new JsonPathError('not enough end');
  return root;
}

function closingBrace(template: string, from: number): number {
  let quote = '';
  for (let i = from + 1; i < template.length; i++) {
    const c = template[i];
    if (c === '\\' && quote) i++;
    else if (quote) quote = c === quote ? '' : quote;
    else if (c === '"' || c === "'") quote = c;
    else if (c === '}') return i;
  }
  throw new JsonPathError(quote ? 'unterminated quoted string' : 'unclosed action');
}

function parseAction(action: string): Node[] {
  const nodes: Node[] = [];
  let rest = action;
  while (rest !== '') {
    const quoted = /^(["'])((?:\\.|(?!\1)[^\\])*)\1/.exec(rest);
    if (quoted) {
      nodes.push({ kind: 'text', text: unquote(quoted[0]) });
      rest = rest.slice(quoted[0].length).trimStart();
      continue;
    }
    const reader = new PathReader(rest);
    nodes.push({ kind: 'path', path: reader.read() });
    rest = rest.slice(reader.at).trimStart();
  }
  return nodes;
}

/** Parses one path without braces, such as `.spec.containers[0].name`. */
export function parsePath(text: string): Path {
  const reader = new PathReader(text);
  const path = reader.read();
  if (reader.at < text.length)
    throw new JsonPathError(`unrecognized character in action: ${charName(text[reader.at])}`);
  return path;
}

const relaxed = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/;

/** Accepts `x.y`, `.x.y`, `{x.y}` and `{.x.y}`, as custom columns and --sort-by do. */
export function parseRelaxed(text: string): Node[] {
  if (text === '') return [];
  const match = relaxed.exec(text);
  const inner = match?.[1] ?? match?.[2];
  if (inner === undefined) {
    throw new JsonPathError(
      "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'",
    );
  }
  return parseTemplate(inner.startsWith('[') ? `{${inner}}` : `{.${inner}}`);
}

function charName(c: string | undefined): string {
  return `U+${(c?.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')} '${c ?? ''}'`;
}

function unquote(quoted: string): string {
  const names: Record<string, string> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', a: '\x07', '0': '\0' };
  return quoted.slice(1, -1).replace(/\\(u[\da-fA-F]{4}|x[\da-fA-F]{2}|.)/g, (_, escape: string) => {
    if (escape.length > 1) return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    return names[escape] ?? escape;
  });
}

class PathReader {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  read(): Path {
    let root = false;
    const first = this.text[this.at];
    if (first === '$' || first === '@') {
      root = first === '$';
      this.at++;
    } else if (first !== '.' && first !== '[' && first !== '*') {
      const name = /^[\w-]+/.exec(this.text.slice(this.at))?.[0];
      if (name === undefined) throw new JsonPathError(`unrecognized character in action: ${charName(first)}`);
      throw new JsonPathError(`unrecognized identifier ${name}`);
    }
    return { root, steps: this.#steps() };
  }

  #steps(): Step[] {
    const steps: Step[] = [];
    for (;;) {
      const c = this.text[this.at];
      if (c === '.') {
        this.at++;
        if (this.text[this.at] === '.') {
          this.at++;
          steps.push({ kind: 'recursive' });
          if (this.text[this.at] === '[') continue;
        }
        if (this.text[this.at] === '*') {
          this.at++;
          steps.push({ kind: 'wildcard' });
        } else if (this.text[this.at] !== '[') {
          const name = this.#name();
          if (name !== '') steps.push({ kind: 'field', name });
        }
      } else if (c === '[') {
        steps.push(this.#bracket());
      } else if (c === '*') {
        this.at++;
        steps.push({ kind: 'wildcard' });
      } else {
        return steps;
      }
    }
  }

  #name(): string {
    let name = '';
    for (; this.at < this.text.length; this.at++) {
      const c = this.text[this.at] ?? '';
      if (c === '\\') name += this.text[++this.at] ?? '';
      else if (/[\s.[\]$@{}()=!<>,'"*&|]/.test(c)) break;
      else name += c;
    }
    return name;
  }

  #bracket(): Step {
    const end = this.#bracketEnd();
    const inner = this.text.slice(this.at + 1, end).trim();
    this.at = end + 1;
    const filter = /^\?\s*\(([\s\S]*)\)$/.exec(inner);
    if (filter) return parseFilter(filter[1] ?? '');
    const parts = splitOutsideQuotes(inner, ',');
    if (parts.length === 1) return parseSubscript(parts[0] ?? '');
    return { kind: 'union', parts: parts.map((part) => [parseSubscript(part)]) };
  }

  #bracketEnd(): number {
    let depth = 0;
    let quote = '';
    for (let i = this.at; i < this.text.length; i++) {
      const c = this.text[i];
      if (c === '\\' && quote) i++;
      else if (quote) quote = c === quote ? '' : quote;
      else if (c === '"' || c === "'") quote = c;
      else if (c === '[') depth++;
      else if (c === ']' && --depth === 0) return i;
    }
    throw new JsonPathError(this.text[this.at + 1] === '?' ? 'unterminated filter' : 'unterminated array');
  }
}

function parseSubscript(raw: string): Step {
  const text = raw.trim();
  if (text === '*') return { kind: 'wildcard' };
  if (/^'.*'$/s.test(text)) return { kind: 'field', name: unquote(text) };
  const slice = /^(-?\d*)(?:(:)(-?\d*)(?::(-?\d*))?)?$/.exec(text);
  if (!slice || text === '') throw new JsonPathError(`invalid array index ${text}`);
  const number = (digits: string | undefined): number | undefined => (digits ? Number(digits) : undefined);
  const [from, to, step] = [number(slice[1]), number(slice[3]), number(slice[4])];
  return {
    kind: 'slice',
    index: slice[2] === undefined,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(step === undefined ? {} : { step }),
  };
}

function parseFilter(text: string): Step {
  const operators: Operator[] = ['==', '!=', '<=', '>=', '<', '>'];
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? '';
    if (c === '\\' && quote) i++;
    else if (quote) quote = c === quote ? '' : quote;
    else if (c === '"' || c === "'") quote = c;
    else {
      const operator = operators.find((o) => text.startsWith(o, i));
      if (!operator) continue;
      return {
        kind: 'filter',
        left: parseOperand(text.slice(0, i)),
        operator,
        right: parseOperand(text.slice(i + operator.length)),
      };
    }
  }
  return { kind: 'filter', left: parseOperand(text), operator: 'exists' };
}

function parseOperand(raw: string): Operand {
  const text = raw.trim();
  if (/^(["'])[\s\S]*\1$/.test(text)) return { literal: unquote(text) };
  if (/^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(text)) return { literal: Number(text) };
  if (text === 'true' || text === 'false') return { literal: text === 'true' };
  return parsePath(text);
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts = [''];
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? '';
    if (!quote && c === separator) {
      parts.push('');
      continue;
    }
    if (c === '\\' && quote) {
      parts[parts.length - 1] += c + (text[++i] ?? '');
      continue;
    }
    if (quote) quote = c === quote ? '' : quote;
    else if (c === '"' || c === "'") quote = c;
    parts[parts.length - 1] += c;
  }
  return parts;
}

import { checkKey, checkRequirement, type LabelRequirement } from './label-requirement.ts';

/** The grammar and the words of upstream's labels.Parse. Reading is linear: each character is looked at once. */

type TokenKind =
  | 'identifier'
  | 'end'
  | 'error'
  | '('
  | ')'
  | ','
  | '!'
  | '=='
  | '='
  | '!='
  | '>'
  | '<'
  | 'in'
  | 'notin';
interface Token {
  kind: TokenKind;
  text: string;
}
const symbols: ReadonlySet<string> = new Set([')', ',', '!', '==', '=', '>', '<', '!=', '(']);
const special = /[=!(),<>]/;
const space = /[ \t\r\n]/;

class SelectorError extends Error {}

/** The requirements, or the words of the first error. */
export function parseRequirements(text: string): LabelRequirement[] | string {
  try {
    return new Parser(tokenize(text)).parse();
  } catch (error) {
    if (error instanceof SelectorError) return error.message;
    throw error;
  }
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text.charAt(at);
    if (space.test(char)) {
      at++;
      continue;
    }
    const start = at;
    if (special.test(char)) {
      at++;
      if (symbols.has(text.slice(start, at + 1)) && at < text.length) at++;
      const symbol = text.slice(start, at);
      tokens.push({ kind: symbol as TokenKind, text: symbol });
      continue;
    }
    while (at < text.length && !special.test(text.charAt(at)) && !space.test(text.charAt(at))) at++;
    const word = text.slice(start, at);
    tokens.push({ kind: word === 'in' || word === 'notin' ? word : 'identifier', text: word });
  }
  tokens.push({ kind: 'end', text: '' });
  return tokens;
}

class Parser {
  readonly #tokens: Token[];
  #at = 0;
  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  parse(): LabelRequirement[] {
    const requirements: LabelRequirement[] = [];
    for (;;) {
      const token = this.#peek();
      if (token.kind === 'end') return requirements;
      if (token.kind !== 'identifier' && token.kind !== '!') {
        throw new SelectorError(`found '${token.text}', expected: !, identifier, or 'end of string'`);
      }
      requirements.push(this.#requirement());
      const next = this.#next();
      if (next.kind === 'end') return requirements;
      if (next.kind !== ',') throw new SelectorError(`found '${next.text}', expected: ',' or 'end of string'`);
      const after = this.#peek();
      if (after.kind !== 'identifier' && after.kind !== '!') {
        throw new SelectorError(`found '${after.text}', expected: identifier after ','`);
      }
    }
  }

  #requirement(): LabelRequirement {
    try {
      const requirement = this.#parseRequirement();
      const wrong = checkRequirement(requirement);
      if (wrong !== undefined) throw new SelectorError(wrong);
      return requirement;
    } catch (error) {
      if (error instanceof SelectorError) throw new SelectorError(`unable to parse requirement: ${error.message}`);
      throw error;
    }
  }

  #parseRequirement(): LabelRequirement {
    const negated = this.#peek().kind === '!';
    if (negated) this.#next();
    const { kind, text: key } = this.#next();
    if (kind !== 'identifier') throw new SelectorError(`found '${key}', expected: identifier`);
    const wrong = checkKey(key);
    if (wrong !== undefined) throw new SelectorError(wrong);
    if (negated) return { key, op: '!', values: [] };
    const after = this.#peek().kind;
    if (after === 'end' || after === ',') return { key, op: 'exists', values: [] };
    const op = this.#operator();
    return { key, op, values: op === 'in' || op === 'notin' ? this.#values() : [this.#exactValue()] };
  }

  #operator(): LabelRequirement['op'] {
    const { kind, text } = this.#next();
    switch (kind) {
      case 'in':
      case 'notin':
      case '=':
      case '==':
      case '!=':
        return kind;
      case '>':
        return 'gt';
      case '<':
        return 'lt';
      default:
        throw new SelectorError(`found '${text}', expected: in, notin, =, ==, !=, gt, lt`);
    }
  }

  #values(): string[] {
    const open = this.#next(true);
    if (open.kind !== '(') throw new SelectorError(`found '${open.text}' expected: '('`);
    const values = new Set<string>();
    let token = this.#next(true);
    if (token.kind === ')') return [];
    for (;;) {
      if (token.kind === 'identifier') {
        values.add(token.text);
        token = this.#next(true);
      } else if (token.kind === ',' || token.kind === ')') {
        values.add('');
      } else {
        throw new SelectorError(`found '${token.text}', expected: ',', ')' or identifier`);
      }
      if (token.kind === ')') return [...values].toSorted();
      if (token.kind !== ',') throw new SelectorError(`found '${token.text}', expected: ',' or ')'`);
      token = this.#next(true);
    }
  }

  #exactValue(): string {
    const { kind } = this.#peek();
    if (kind === 'end' || kind === ',') return '';
    const token = this.#next(true);
    if (token.kind !== 'identifier') throw new SelectorError(`found '${token.text}', expected: identifier`);
    return token.text;
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '' };
  }

  /** Among values the words `in` and `notin` are values. */
  #next(asValue = false): Token {
    const token = this.#peek();
    this.#at++;
    return asValue && (token.kind === 'in' || token.kind === 'notin')
      ? { kind: 'identifier', text: token.text }
      : token;
  }
}

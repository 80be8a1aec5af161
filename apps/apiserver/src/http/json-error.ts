/**
 * Why a text is not JSON, in the words of Go's decoder, which clients and their tests know. Run only when parsing has
 * failed already. No recursion: texts may be nested as deep as they are long.
 */
export function jsonSyntaxError(text: string): string {
  try {
    new Scanner(text).run();
  } catch (error) {
    if (error instanceof SyntaxProblem) return error.message;
    throw error;
  }
  return END;
}

const END = 'unexpected end of JSON input';

class SyntaxProblem extends Error {}

type Expecting =
  | 'value'
  | 'first-element'
  | 'first-key'
  | 'key'
  | 'colon'
  | 'end-of-pair'
  | 'end-of-element'
  | 'nothing';

const numberParts: readonly { readonly digits: RegExp; readonly where: string }[] = [
  { digits: /-?(?:0|[1-9]\d*)/y, where: 'in numeric literal' },
  { digits: /\.\d+/y, where: 'after decimal point in numeric literal' },
  { digits: /[eE][+-]?\d+/y, where: 'in exponent of numeric literal' },
];

class Scanner {
  readonly #text: string;
  #at = 0;
  /** True for an object, false for a list. */
  readonly #within: boolean[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  run(): void {
    let expecting: Expecting = 'value';
    for (;;) {
      this.#space();
      if (this.#at >= this.#text.length) {
        if (expecting === 'nothing') return;
        throw new SyntaxProblem(END);
      }
      expecting = this.#step(expecting, this.#text[this.#at]!);
    }
  }

  #step(expecting: Expecting, char: string): Expecting {
    switch (expecting) {
      case 'nothing':
        throw this.#wrong('after top-level value');
      case 'first-element':
        if (char === ']') return this.#close();
        return this.#value(char);
      case 'value':
        return this.#value(char);
      case 'first-key':
      case 'key':
        if (char === '}' && expecting === 'first-key') return this.#close();
        if (char !== '"') throw this.#wrong('looking for beginning of object key string');
        this.#string();
        return 'colon';
      case 'colon':
        if (char !== ':') throw this.#wrong('after object key');
        this.#at++;
        return 'value';
      case 'end-of-pair':
        if (char === '}') return this.#close();
        if (char !== ',') throw this.#wrong('after object key:value pair');
        this.#at++;
        return 'key';
      case 'end-of-element':
        if (char === ']') return this.#close();
        if (char !== ',') throw this.#wrong('after array element');
        this.#at++;
        return 'value';
    }
  }

  #value(char: string): Expecting {
    if (char === '{' || char === '[') {
      this.#at++;
      this.#within.push(char === '{');
      return char === '{' ? 'first-key' : 'first-element';
    }
    if (char === '"') this.#string();
    else if (char === '-' || (char >= '0' && char <= '9')) this.#number();
    else this.#literal(char);
    return this.#after();
  }

  #close(): Expecting {
    this.#at++;
    this.#within.pop();
    return this.#after();
  }

  #after(): Expecting {
    const within = this.#within.at(-1);
    return within === undefined ? 'nothing' : within ? 'end-of-pair' : 'end-of-element';
  }

  #string(): void {
    this.#at++;
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined) throw new SyntaxProblem(END);
      if (char === '"') break;
      if (char < ' ') throw this.#wrong('in string literal');
      this.#at++;
      if (char === '\\') this.#escape();
    }
    this.#at++;
  }

  #escape(): void {
    const char = this.#text[this.#at];
    if (char === undefined) throw new SyntaxProblem(END);
    if (!'"\\/bfnrtu'.includes(char)) throw this.#wrong('in string escape code');
    this.#at++;
    if (char !== 'u') return;
    for (let i = 0; i < 4; i++, this.#at++) {
      const digit = this.#text[this.#at];
      if (digit === undefined) throw new SyntaxProblem(END);
      if (!/[0-9a-fA-F]/.test(digit)) throw this.#wrong('in \\u hexadecimal character escape');
    }
  }

  #number(): void {
    for (const [i, { digits, where }] of numberParts.entries()) {
      const starts = i === 0 || (i === 1 ? '.' : 'eE').includes(this.#text[this.#at] ?? ' ');
      if (!starts) continue;
      digits.lastIndex = this.#at;
      const found = digits.exec(this.#text);
      if (found) {
        this.#at += found[0].length;
        continue;
      }
      this.#at++;
      if (i === 2 && '+-'.includes(this.#text[this.#at] ?? ' ')) this.#at++;
      throw this.#at >= this.#text.length ? new SyntaxProblem(END) : this.#wrong(where);
    }
  }

  #literal(char: string): void {
    const word = ['true', 'false', 'null'].find((literal) => literal.startsWith(char));
    if (word === undefined) throw this.#wrong('looking for beginning of value');
    for (let i = 0; i < word.length; i++, this.#at++) {
      const found = this.#text[this.#at];
      if (found === undefined) throw new SyntaxProblem(END);
      if (found !== word[i]) throw this.#wrong(`in literal ${word} (expecting '${word[i]}')`);
    }
  }

  #space(): void {
    while (' \t\r\n'.includes(this.#text[this.#at] ?? 'x')) this.#at++;
  }

  #wrong(where: string): SyntaxProblem {
    return new SyntaxProblem(`invalid character ${quoted(this.#text[this.#at]!)} ${where}`);
  }
}

/** Go looks at bytes: of a character beyond ASCII it shows the first one. */
function quoted(char: string): string {
  if (char === "'") return `'\\''`;
  if (char === '"') return `'"'`;
  if (char === '\\') return `'\\\\'`;
  const byte = Buffer.from(char)[0]!;
  const escape = ({ 7: 'a', 8: 'b', 9: 't', 10: 'n', 11: 'v', 12: 'f', 13: 'r' } as Record<number, string>)[byte];
  if (escape !== undefined) return `'\\${escape}'`;
  if (byte < 0x20 || byte === 0x7f) return `'\\x${byte.toString(16).padStart(2, '0')}'`;
  return `'${String.fromCharCode(byte)}'`;
}

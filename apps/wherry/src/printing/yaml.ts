/**
 * YAML as kubectl writes it (sigs.k8s.io/yaml): sorted keys, sequences not indented below their key, long lines
 * folded as libyaml folds them, and quotes only where a YAML 1.1 reader would otherwise read something else. General YAML writers differ in when they
 * quote, which shows in every comparison with kubectl's output.
 */
export function toYaml(value: unknown): string {
  if (isEmptyOrScalar(value)) return `${scalar(value, 0, 0)}\n`;
  return block(value, 0);
}

function block(value: unknown, indent: number): string {
  const margin = ' '.repeat(indent);
  if (Array.isArray(value)) {
    return value
      .map((item) => {
        if (isEmptyOrScalar(item)) return `${margin}- ${scalar(item, indent, indent + 2)}\n`;
        return `${margin}- ${block(item, indent + 2).slice(indent + 2)}`;
      })
      .join('');
  }
  const record = value as Record<string, unknown>;
  return Object.keys(record)
    .filter((key) => record[key] !== undefined)
    .toSorted()
    .map((key) => {
      const inner = record[key];
      const name = `${margin}${keyText(key)}:`;
      if (isEmptyOrScalar(inner)) return `${name} ${scalar(inner, indent, Array.from(name).length + 1)}\n`;
      return `${name}\n${block(inner, Array.isArray(inner) ? indent : indent + 2)}`;
    })
    .join('');
}

function isEmptyOrScalar(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return (Array.isArray(value) ? value : Object.keys(value)).length === 0;
}

/** `column`: where on its line the text begins. */
function scalar(value: unknown, indent: number, column: number): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return '[]';
  if (typeof value === 'object') return '{}';
  if (typeof value === 'string') return text(value, indent, column);
  return String(value as number | boolean);
}

type Style = 'plain' | 'single' | 'double' | 'literal';

function styleOf(value: string): Style {
  const facts = analyze(value);
  if (value.includes('\n')) return facts.literal ? 'literal' : 'double';
  if (readsAsOtherType(value)) return 'double';
  if (facts.plain) return 'plain';
  return facts.singleQuoted ? 'single' : 'double';
}

function text(value: string, indent: number, column: number): string {
  const style = styleOf(value);
  if (style === 'literal') return literal(value, indent);
  return fold(written(value, style), style, indent, column);
}

/** Keys are never folded. */
function keyText(key: string): string {
  return key.includes('\n') ? doubleQuoted(key) : written(key, styleOf(key));
}

function written(value: string, style: Style): string {
  if (style === 'plain') return value;
  return style === 'single' ? `'${value.replaceAll("'", "''")}'` : doubleQuoted(value);
}

const BEST_WIDTH = 80;

/** Breaks a line at the first space beyond the best width, as libyaml; the reader makes a space of the break. */
function fold(line: string, style: Style, indent: number, start: number): string {
  const characters = Array.from(line);
  const quoted = style !== 'plain';
  let column = start;
  let out = '';
  let afterSpace = false;
  characters.forEach((character, i) => {
    const inside = !quoted || (i > 1 && i < characters.length - 2);
    const beforeSpace = characters[i + 1] === ' ';
    if (character !== ' ') {
      out += character;
      column++;
    } else if (!afterSpace && column > BEST_WIDTH && inside && (style === 'double' || !beforeSpace)) {
      out += `\n${' '.repeat(indent + 2)}${beforeSpace ? '\\' : ''}`;
      column = indent + 2 + (beforeSpace ? 1 : 0);
    } else {
      out += character;
      column++;
    }
    afterSpace = character === ' ';
  });
  return out;
}

/** Which styles can carry the text unchanged, by libyaml's analysis. */
function analyze(value: string): { plain: boolean; singleQuoted: boolean; literal: boolean } {
  const special = /[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/.test(value);
  const spaceBreak = / \n/.test(value);
  const edges = /^[ \n]|[ \n]$/.test(value);
  const indicators =
    /^(?:[#,[\]{}&*!|>'"%@`]|---|\.\.\.|[-?:](?:[\s]|$))/.test(value) ||
    /:(?:[\s]|$)/.test(value.slice(1)) ||
    /\s#/.test(value);
  return {
    plain: !special && !spaceBreak && !edges && !indicators && !value.includes('\n'),
    singleQuoted: !special && !spaceBreak && !/\n /.test(value),
    literal: !special && !spaceBreak && !value.endsWith(' '),
  };
}

function literal(value: string, indent: number): string {
  const lines = value.split('\n');
  const chomp = !value.endsWith('\n') ? '-' : /(?:^|\n)\n$/.test(value) ? '+' : '';
  if (value.endsWith('\n')) lines.pop();
  const hint = /^[ \n]/.test(value) ? '2' : '';
  const margin = ' '.repeat(indent + 2);
  return `|${hint}${chomp}\n${lines.map((line) => (line === '' ? '' : margin + line)).join('\n')}`;
}

const otherWords = new Set(
  ['y', 'n', 'yes', 'no', 'true', 'false', 'on', 'off', 'null'].flatMap((w) => [
    w,
    w.toUpperCase(),
    w.charAt(0).toUpperCase() + w.slice(1),
  ]),
);

/** Whether a YAML 1.1 reader would take the plain text for a number, boolean, null or time. */
function readsAsOtherType(value: string): boolean {
  if (value === '' || value === '~' || otherWords.has(value)) return true;
  if (/^[-+]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$/.test(value)) return true;
  const digits = value.replaceAll('_', '');
  if (/^[-+]?(?:\d+|0x[\da-fA-F]+|0o[0-7]+|0b[01]+)$/.test(digits) && /^[-+\d]/.test(value)) return true;
  if (/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(digits) && /^[-+.\d]/.test(value)) return true;
  if (/^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/.test(value)) return true;
  return /^\d{4}-\d{1,2}-\d{1,2}(?:(?:[Tt]|[ \t]+)\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d{1,2}(?::?\d{2})?))?)?$/.test(
    value,
  );
}

const named: Record<string, string> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '\x85': '\\N',
  '"': '\\"',
  '\\': '\\\\',
  '\ufeff': '\\uFEFF',
};

function doubleQuoted(value: string): string {
  const escaped = value.replace(/["\\\x00-\x1f\x7f-\x9f\ufeff\ufffe\uffff]|[\u{10000}-\u{10ffff}]/gu, (c) => {
    const code = c.codePointAt(0) ?? 0;
    if (named[c]) return named[c];
    if (code > 0xffff) return `\\U${code.toString(16).toUpperCase().padStart(8, '0')}`;
    return code <= 0xff
      ? `\\x${code.toString(16).toUpperCase().padStart(2, '0')}`
      : `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
  });
  return `"${escaped}"`;
}

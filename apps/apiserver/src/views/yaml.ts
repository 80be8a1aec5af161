/** What needs no quotes whatever it is next to: no number, no word that YAML 1.1 or 1.2 takes for something else. */
const plain = /^[A-Za-z_/][\w./-]*$/;
const words = /^(?:true|false|yes|no|on|off|y|n|null|nan|inf)$/i;

/** JSON data as YAML, keys in order, as upstream answers. Ends with a line break. */
export function yamlOf(value: unknown): string {
  return `${block(value, '').replace(/^[\n ]/, '')}\n`;
}

/**
 * The YAML of a list whose items come one by one: they take the place of the value that is an empty list.
 */
export function* yamlParts(list: Readonly<Record<string, unknown>>, items: Iterable<unknown>): Iterable<string> {
  for (const key of Object.keys(list).sort()) {
    const value = list[key];
    // The items of a list, the rows of a table.
    if (!((key === 'items' || key === 'rows') && Array.isArray(value))) {
      yield `${scalar(key)}:${block(value, '  ')}\n`;
      continue;
    }
    let any = false;
    for (const item of items) {
      yield `${any ? '' : `${key}:\n`}${element(item, '')}\n`;
      any = true;
    }
    if (!any) yield `${key}: []\n`;
  }
}

/** What stands after `key:`, or at the start of a text: a line break and an indented block, or a space and a scalar. */
function block(value: unknown, indent: string): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return ' []';
    // Lists stand below their key, as upstream writes them.
    const outer = indent.slice(2);
    let text = '';
    for (const item of value) text += `\n${element(item, outer)}`;
    return text;
  }
  if (typeof value !== 'object' || value === null) return ` ${scalar(value)}`;
  const map = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(map).sort();
  if (keys.length === 0) return ' {}';
  let text = '';
  for (const key of keys) text += `\n${indent}${scalar(key)}:${block(map[key], `${indent}  `)}`;
  return text;
}

function element(item: unknown, indent: string): string {
  const text = block(item, `${indent}  `);
  if (!text.startsWith('\n')) return `${indent}-${text}`;
  // A list in a list has its dashes one step further in.
  const body = Array.isArray(item) ? text.replaceAll('\n', '\n  ') : text;
  return `${indent}- ${body.slice(1 + indent.length + 2)}`;
}

function scalar(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  if (plain.test(value) && !words.test(value)) return value;
  // JSON's strings are YAML's, but for what YAML takes for line breaks or does not print.
  return JSON.stringify(value).replaceAll(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

import { elementOf, referenceOf, resolve, typeName, type OpenApiDocument, type OpenApiSchema } from './openapi.ts';

export interface Explained {
  readonly document: OpenApiDocument;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly root: OpenApiSchema;
  readonly path: readonly string[];
}

export class UnknownField extends Error {
  /** What kubectl has printed by the time it finds out. */
  readonly header: string;
  constructor(name: string, header: string) {
    super(`field ${JSON.stringify(name)} does not exist`);
    this.header = header;
  }
}

/** kubectl's plain-text page about a kind or one of its fields. Throws UnknownField. */
export function renderExplanation(subject: Explained, recursive: boolean): string {
  const { document, group, kind, version } = subject;
  const header = [...(group ? [`GROUP:      ${group}`] : []), `KIND:       ${kind}`, `VERSION:    ${version}`, ''];
  const schema = subject.path.reduce((at, name) => {
    const next = elementOf(document, at).properties?.[name];
    if (!next) throw new UnknownField(name, `${header.join('\n')}\n`);
    return next;
  }, subject.root);
  const name = subject.path.at(-1);
  const fields = elementOf(document, schema);
  const lines = [
    ...header,
    ...(name === undefined
      ? []
      : [`FIELD: ${name} <${typeName(document, schema)}>`, ...enumBlock(document, schema), '']),
    'DESCRIPTION:',
    indent(wrap(describe(document, schema) || '<empty>')),
  ];
  if (!fields.properties || Object.keys(fields.properties).length === 0) return `${lines.join('\n')}\n\n`;
  const body = recursive ? fieldTree(document, fields, 1, new Set()) : fieldList(document, fields);
  return `${lines.join('\n')}\nFIELDS:\n${body}\n`;
}

/** What the field says of itself, and then what its type says. */
function describe(document: OpenApiDocument, schema: OpenApiSchema): string {
  const own = schema.description ? `${schema.description}\n` : '';
  const reference = referenceOf(schema);
  if (reference !== undefined) {
    const target = resolve(document, schema);
    return own + (target === schema ? '' : describe(document, target));
  }
  if (schema.items) return own + describe(document, schema.items);
  return typeof schema.additionalProperties === 'object' ? own + describe(document, schema.additionalProperties) : own;
}

function enumBlock(document: OpenApiDocument, schema: OpenApiSchema): string[] {
  const values = schema.enum ?? resolve(document, schema).enum;
  return values?.length ? ['ENUM:', ...values.map((v) => `    ${String(v)}`)] : [''];
}

function fieldLine(
  document: OpenApiDocument,
  name: string,
  field: OpenApiSchema,
  parent: OpenApiSchema,
  level: number,
): string {
  const required = parent.required?.includes(name) ? ' -required-' : '';
  const margin = '  '.repeat(level);
  const values = field.enum?.length ? `${margin}enum: ${enumText(field.enum)}\n` : '';
  return `${margin}${name}\t<${typeName(document, field)}>${required}\n${values}`;
}

const maxEnumShown = 4;

function enumText(values: readonly unknown[]): string {
  const shown = values.slice(0, maxEnumShown).map(String).join(', ');
  return values.length > maxEnumShown ? `${shown}, ....` : shown;
}

function fieldList(document: OpenApiDocument, schema: OpenApiSchema): string {
  return sortedFields(schema)
    .map(([name, field]) => {
      const text = field.description || '<no description>';
      return `${fieldLine(document, name, field, schema, 1)}${indent(wrap(text))}\n\n`;
    })
    .join('');
}

function fieldTree(
  document: OpenApiDocument,
  schema: OpenApiSchema,
  level: number,
  above: ReadonlySet<OpenApiSchema>,
): string {
  const path = new Set([...above, schema]);
  return sortedFields(schema)
    .map(([name, field]) => {
      const inner = elementOf(document, field);
      const nested = inner.properties && !path.has(inner) ? fieldTree(document, inner, level + 1, path) : '';
      return fieldLine(document, name, field, schema, level) + nested;
    })
    .join('');
}

function sortedFields(schema: OpenApiSchema): [string, OpenApiSchema][] {
  return Object.entries(schema.properties ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

const width = 76;

/** Breaks lines at spaces so that none is longer than 76 characters, but for single words that are. */
export function wrap(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      const lines: string[] = [];
      let current = '';
      let spaces = '';
      for (const [, gap = '', word = ''] of line.matchAll(/(\s*)(\S+)/g)) {
        spaces = gap;
        if (current !== '' && current.length + spaces.length + word.length > width) {
          lines.push(current);
          current = word;
        } else {
          current += spaces + word;
        }
      }
      lines.push(current);
      return lines.join('\n');
    })
    .join('\n');
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}

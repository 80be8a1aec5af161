import type { ObjectSchema, Schema } from '@wherry/apimachinery';
import { fieldNumbers } from './field-numbers.ts';

/** One field of a message, or a message whose fields stand in the object itself. */
export interface MessageField {
  readonly number: number;
  /** The JSON name; of an inlined message the id of the message. */
  readonly name: string;
  readonly inline: Message | undefined;
  readonly schema: Schema;
  /** A pointer in Go: its zero value is not absence. */
  readonly pointer: boolean;
  /** A list that is a message of its own. */
  readonly wrapped: boolean;
}

export interface Message {
  /** In the order of their numbers. */
  readonly fields: readonly MessageField[];
  readonly byNumber: ReadonlyMap<number, MessageField>;
}

const messages = new WeakMap<ObjectSchema, Map<string, Message>>();
const packages = new Map<string, Map<string, string>>();
const none: Schema = { type: 'any' };

/** How the objects of a schema lie in protobuf. Fields that the published messages do not have are left out. */
export function messageOf(schema: ObjectSchema, id = schema.id): Message {
  let known = messages.get(schema);
  if (known === undefined) messages.set(schema, (known = new Map()));
  let message = known.get(id);
  if (message === undefined) known.set(id, (message = read(schema, id)));
  return message;
}

function read(schema: ObjectSchema, id: string): Message {
  const fields: MessageField[] = [];
  for (const part of (lineOf(id) ?? '').split(' ')) {
    const equals = part.indexOf('=');
    const number = Number(part.slice(equals + 1));
    const marked = part.slice(0, equals);
    if (marked.startsWith('*')) {
      const inner = `${id.slice(0, id.lastIndexOf('.') + 1)}${marked.slice(1)}`;
      const inline = messageOf(schema, inner);
      fields.push({ number, name: inner, inline, schema: none, pointer: false, wrapped: false });
      continue;
    }
    const name = marked.replace(/[?~]+$/, '');
    const marks = marked.slice(name.length);
    const field = Object.hasOwn(schema.fields, name) ? schema.fields[name] : undefined;
    if (field === undefined) continue;
    const [pointer, wrapped] = [marks.includes('?'), marks.includes('~')];
    fields.push({ number, name, inline: undefined, schema: field.schema, pointer, wrapped });
  }
  return { fields, byNumber: new Map(fields.map((field) => [field.number, field])) };
}

function lineOf(id: string): string | undefined {
  const dot = id.lastIndexOf('.');
  const prefix = id.slice(0, dot);
  let lines = packages.get(prefix);
  if (lines === undefined) {
    lines = new Map();
    for (const line of (fieldNumbers[prefix] ?? '').trim().split('\n')) {
      const space = line.indexOf(' ');
      lines.set(space < 0 ? line : line.slice(0, space), space < 0 ? '' : line.slice(space + 1));
    }
    packages.set(prefix, lines);
  }
  return lines.get(id.slice(dot + 1));
}

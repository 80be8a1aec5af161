/**
 * The OpenAPI v2 document in protobuf: gnostic's openapi_v2.Document, with the field numbers of OpenAPIv2.proto.
 * Values without a schema (extensions, defaults, enums) are YAML texts there, of which JSON is one form.
 */

type Json = Readonly<Record<string, unknown>>;

export function encodeDocument(
  info: { title: string; version: string },
  paths: readonly Buffer[],
  definitions: readonly Buffer[],
): Buffer {
  return Buffer.concat([
    text(1, '2.0'),
    message(2, [text(1, info.title), text(2, info.version)]),
    message(8, paths),
    message(9, definitions),
  ]);
}

/** One entry of Paths. */
export function encodePath(path: string, item: object): Buffer {
  return message(2, [text(1, path), message(2, pathItem(item as Json))]);
}

/** One entry of Definitions. */
export function encodeDefinition(id: string, schema: object): Buffer {
  return named(1, id, schemaFields(schema as Json));
}

const operations: Readonly<Record<string, number>> = { get: 2, put: 3, post: 4, delete: 5, patch: 8 };

function pathItem(item: Json): Buffer[] {
  return Object.entries(item).flatMap(([key, value]) => {
    if (key === 'parameters') return (value as Json[]).map((each) => parameter(9, each));
    const field = operations[key];
    return field === undefined ? [] : [message(field, operation(value as Json))];
  });
}

function operation(value: Json): Buffer[] {
  const texts = (field: number, key: string) => ((value[key] ?? []) as string[]).map((each) => text(field, each));
  return [
    ...texts(1, 'tags'),
    text(3, value['description'] as string),
    text(5, value['operationId'] as string),
    ...texts(6, 'produces'),
    ...texts(7, 'consumes'),
    ...((value['parameters'] ?? []) as Json[]).map((each) => parameter(8, each)),
    message(9, Object.entries(value['responses'] as Record<string, Json>).map(response)),
    ...texts(10, 'schemes'),
    ...extensions(13, value),
  ];
}

function response([code, value]: [string, Json]): Buffer {
  const schema = value['schema'] as Json | undefined;
  const fields = [
    text(1, value['description'] as string),
    ...(schema === undefined ? [] : [message(2, [message(1, schemaFields(schema))])]),
  ];
  return named(1, code, [message(1, fields)]);
}

/** ParametersItem -> Parameter -> body, query or path. */
function parameter(field: number, value: Json): Buffer {
  const place = value['in'];
  if (place === 'body') {
    const body = [
      text(1, (value['description'] ?? '') as string),
      text(2, value['name'] as string),
      text(3, 'body'),
      flag(4, value['required']),
      message(5, schemaFields(value['schema'] as Json)),
    ];
    return message(field, [message(1, [message(1, body)])]);
  }
  const isPath = place === 'path';
  const fields = [
    flag(1, value['required']),
    text(2, place as string),
    text(3, value['description'] as string),
    text(4, value['name'] as string),
    text(isPath ? 5 : 6, value['type'] as string),
    flag(isPath ? 19 : 20, value['uniqueItems']),
  ];
  return message(field, [message(1, [message(2, [message(isPath ? 4 : 3, fields)])])]);
}

const textFields: Readonly<Record<string, number>> = { $ref: 1, format: 2, title: 3, description: 4, pattern: 13 };
const numberFields: Readonly<Record<string, number>> = { multipleOf: 6, maximum: 7, minimum: 9 };
const flagFields: Readonly<Record<string, number>> = { exclusiveMaximum: 8, exclusiveMinimum: 10, uniqueItems: 16 };
const countFields: Readonly<Record<string, number>> = {
  maxLength: 11,
  minLength: 12,
  maxItems: 14,
  minItems: 15,
  maxProperties: 17,
  minProperties: 18,
};

function schemaFields(schema: Json): Buffer[] {
  return [...Object.entries(schema).flatMap(([key, value]) => schemaField(key, value)), ...extensions(31, schema)];
}

function schemaField(key: string, value: unknown): Buffer[] {
  if (value === undefined) return [];
  const of = (table: Readonly<Record<string, number>>) => (Object.hasOwn(table, key) ? table[key] : undefined);
  const asText = of(textFields);
  if (asText !== undefined) return [text(asText, value as string)];
  const asNumber = of(numberFields);
  if (asNumber !== undefined) return [double(asNumber, value as number)];
  const asFlag = of(flagFields);
  if (asFlag !== undefined) return [flag(asFlag, value)];
  const asCount = of(countFields);
  if (asCount !== undefined) return [integer(asCount, value as number)];
  switch (key) {
    case 'default':
      return [message(5, anyFields(value))];
    case 'required':
      return (value as string[]).map((each) => text(19, each));
    case 'enum':
      return (value as unknown[]).map((each) => message(20, anyFields(each)));
    case 'additionalProperties':
      return [message(21, typeof value === 'boolean' ? [flag(2, value)] : [message(1, schemaFields(value as Json))])];
    case 'type':
      return [message(22, [text(1, value as string)])];
    case 'items':
      return [message(23, [message(1, schemaFields(value as Json))])];
    case 'allOf':
      return (value as Json[]).map((each) => message(24, schemaFields(each)));
    case 'properties':
      return [
        message(
          25,
          Object.entries(value as Record<string, Json>).map(([name, each]) => named(1, name, schemaFields(each))),
        ),
      ];
    default:
      return [];
  }
}

function extensions(field: number, value: Json): Buffer[] {
  return Object.keys(value)
    .filter((key) => key.startsWith('x-'))
    .map((key) => named(field, key, anyFields(value[key])));
}

function anyFields(value: unknown): Buffer[] {
  return [text(2, `${JSON.stringify(value)}\n`)];
}

/** A map entry: name and value. */
function named(field: number, name: string, value: readonly Buffer[]): Buffer {
  return message(field, [text(1, name), message(2, value)]);
}

const nothing = Buffer.alloc(0);

function message(field: number, parts: readonly Buffer[]): Buffer {
  let length = 0;
  for (const part of parts) length += part.length;
  return Buffer.concat([tag(field, 2), varint(length), ...parts]);
}

function text(field: number, value: string): Buffer {
  if (value === '') return nothing;
  const bytes = Buffer.from(value);
  return Buffer.concat([tag(field, 2), varint(bytes.length), bytes]);
}

function flag(field: number, value: unknown): Buffer {
  return value === true ? Buffer.concat([tag(field, 0), varint(1)]) : nothing;
}

function integer(field: number, value: number): Buffer {
  return Buffer.concat([tag(field, 0), varint(Math.max(0, value))]);
}

function double(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([tag(field, 1), bytes]);
}

function tag(field: number, wire: number): Buffer {
  return varint(field * 8 + wire);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}

/** The parts of an OpenAPI v3 document that `explain` reads. */
export interface OpenApiDocument {
  readonly components?: { readonly schemas?: Readonly<Record<string, OpenApiSchema>> };
}

export interface OpenApiSchema {
  readonly $ref?: string;
  readonly allOf?: readonly OpenApiSchema[];
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly items?: OpenApiSchema;
  readonly properties?: Readonly<Record<string, OpenApiSchema>>;
  readonly additionalProperties?: OpenApiSchema | boolean;
  readonly required?: readonly string[];
  readonly 'x-kubernetes-group-version-kind'?: readonly { group: string; version: string; kind: string }[];
}

export function findKind(
  document: OpenApiDocument,
  group: string,
  version: string,
  kind: string,
): OpenApiSchema | undefined {
  return Object.values(document.components?.schemas ?? {}).find((schema) =>
    schema['x-kubernetes-group-version-kind']?.some(
      (gvk) => gvk.group === group && gvk.version === version && gvk.kind === kind,
    ),
  );
}

/** The name of the definition that a schema points to, directly or as the only part of an allOf. */
export function referenceOf(schema: OpenApiSchema): string | undefined {
  const reference = schema.$ref ?? (schema.allOf?.length === 1 ? schema.allOf[0]?.$ref : undefined);
  return reference?.slice(reference.lastIndexOf('/') + 1);
}

export function resolve(document: OpenApiDocument, schema: OpenApiSchema): OpenApiSchema {
  const name = referenceOf(schema);
  return name === undefined ? schema : (document.components?.schemas?.[name] ?? schema);
}

/** The schema of what a list holds, or a map; the schema itself otherwise. */
export function elementOf(document: OpenApiDocument, schema: OpenApiSchema): OpenApiSchema {
  const resolved = resolve(document, schema);
  if (resolved.items) return elementOf(document, resolved.items);
  if (typeof resolved.additionalProperties === 'object') return elementOf(document, resolved.additionalProperties);
  return resolved;
}

/** `[]Container`, `map[string]string`, `PodSpec`, `integer`. */
export function typeName(document: OpenApiDocument, schema: OpenApiSchema): string {
  const reference = referenceOf(schema);
  // A definition that is a plain string, such as a time, is called by what it is.
  const plain = reference === undefined ? undefined : resolve(document, schema).type;
  if (plain !== undefined && plain !== 'object' && plain !== 'array') return plain;
  if (reference !== undefined) return reference.slice(reference.lastIndexOf('.') + 1);
  if (schema.type === 'array' || schema.items) return `[]${schema.items ? typeName(document, schema.items) : 'Object'}`;
  if (typeof schema.additionalProperties === 'object')
    return `map[string]${typeName(document, schema.additionalProperties)}`;
  return schema.type === 'object' || !schema.type ? 'Object' : schema.type;
}

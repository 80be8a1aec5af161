import {
  boolean,
  double,
  int64,
  list,
  map,
  object,
  optional,
  recursive,
  required,
  string,
  type AnySchema,
  type ObjectSchema,
  type Schema,
  type Static,
  type Typed,
} from '@wherry/apimachinery';

const prefix = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1';

/** OpenAPI v3 as far as custom resources go. Written out, since a type cannot be read from a schema that is part of itself. */
export interface JSONSchemaProps {
  $ref?: string | undefined;
  $schema?: string | undefined;
  additionalItems?: boolean | JSONSchemaProps | undefined;
  additionalProperties?: boolean | JSONSchemaProps | undefined;
  allOf?: JSONSchemaProps[] | undefined;
  anyOf?: JSONSchemaProps[] | undefined;
  default?: unknown;
  definitions?: Record<string, JSONSchemaProps> | undefined;
  dependencies?: Record<string, JSONSchemaProps | string[]> | undefined;
  description?: string | undefined;
  enum?: unknown[] | undefined;
  example?: unknown;
  exclusiveMaximum?: boolean | undefined;
  exclusiveMinimum?: boolean | undefined;
  externalDocs?: ExternalDocumentation | undefined;
  format?: string | undefined;
  id?: string | undefined;
  items?: JSONSchemaProps | JSONSchemaProps[] | undefined;
  maxItems?: number | undefined;
  maxLength?: number | undefined;
  maxProperties?: number | undefined;
  maximum?: number | undefined;
  minItems?: number | undefined;
  minLength?: number | undefined;
  minProperties?: number | undefined;
  minimum?: number | undefined;
  multipleOf?: number | undefined;
  not?: JSONSchemaProps | undefined;
  nullable?: boolean | undefined;
  oneOf?: JSONSchemaProps[] | undefined;
  pattern?: string | undefined;
  patternProperties?: Record<string, JSONSchemaProps> | undefined;
  properties?: Record<string, JSONSchemaProps> | undefined;
  required?: string[] | undefined;
  title?: string | undefined;
  type?: string | undefined;
  uniqueItems?: boolean | undefined;
  'x-kubernetes-embedded-resource'?: boolean | undefined;
  'x-kubernetes-int-or-string'?: boolean | undefined;
  'x-kubernetes-list-map-keys'?: string[] | undefined;
  'x-kubernetes-list-type'?: string | undefined;
  'x-kubernetes-map-type'?: string | undefined;
  'x-kubernetes-preserve-unknown-fields'?: boolean | undefined;
  'x-kubernetes-validations'?: ValidationRule[] | undefined;
}

export const ExternalDocumentation = object(`${prefix}.ExternalDocumentation`, {
  description: optional(string),
  url: optional(string),
});
export type ExternalDocumentation = Static<typeof ExternalDocumentation>;

export const ValidationRule = object(`${prefix}.ValidationRule`, {
  fieldPath: optional(string, 'The field that a failure is shown at, relative to the schema of the rule.'),
  message: optional(string, 'What is said of a failure.'),
  messageExpression: optional(string, 'A CEL expression that makes the message.'),
  optionalOldSelf: optional(boolean, 'Also run for values that are new; oldSelf is then an optional.'),
  reason: optional(string, 'FieldValueInvalid, FieldValueForbidden, FieldValueRequired or FieldValueDuplicate.'),
  rule: required(string, 'A CEL expression over self (and oldSelf) that must be true.'),
});
export type ValidationRule = Static<typeof ValidationRule>;

const json: AnySchema & Typed<unknown> = { type: 'any', id: `${prefix}.JSON` };

type Lazy<T> = Schema & Typed<T>;
const nested = (): Lazy<JSONSchemaProps> => JSONSchemaProps;
const nestedList = () => recursive(() => list(nested(), { listType: 'atomic' }));
const nestedMap = (doc?: string) => recursive(() => map(nested()), doc);

const orBool: AnySchema & Typed<boolean | JSONSchemaProps> = {
  type: 'any',
  id: `${prefix}.JSONSchemaPropsOrBool`,
  oneOf: () => [boolean, nested()],
};
const orArray: AnySchema & Typed<JSONSchemaProps | JSONSchemaProps[]> = {
  type: 'any',
  id: `${prefix}.JSONSchemaPropsOrArray`,
  oneOf: () => [nested(), list(nested())],
};
const orStringArray: AnySchema & Typed<JSONSchemaProps | string[]> = {
  type: 'any',
  id: `${prefix}.JSONSchemaPropsOrStringArray`,
  oneOf: () => [nested(), list(string)],
};

export const JSONSchemaProps: ObjectSchema & Typed<JSONSchemaProps> = object(`${prefix}.JSONSchemaProps`, {
  $ref: optional(string),
  $schema: optional(string),
  additionalItems: optional(orBool),
  additionalProperties: optional(orBool, 'The schema of the values of a map.'),
  allOf: nestedList(),
  anyOf: nestedList(),
  default: optional(json, 'What stands for an absent value.'),
  definitions: nestedMap(),
  dependencies: optional(map(orStringArray)),
  description: optional(string, 'What it is, for people.'),
  enum: optional(list(json, { listType: 'atomic' }), 'The allowed values.'),
  example: optional(json),
  exclusiveMaximum: optional(boolean),
  exclusiveMinimum: optional(boolean),
  externalDocs: optional(ExternalDocumentation),
  format: optional(string, 'The format of a string or number; unknown ones are ignored.'),
  id: optional(string),
  items: optional(orArray, 'The schema of the elements of a list.'),
  maxItems: optional(int64),
  maxLength: optional(int64),
  maxProperties: optional(int64),
  maximum: optional(double),
  minItems: optional(int64),
  minLength: optional(int64),
  minProperties: optional(int64),
  minimum: optional(double),
  multipleOf: optional(double),
  not: recursive(nested),
  nullable: optional(boolean, 'Whether null is a value.'),
  oneOf: nestedList(),
  pattern: optional(string, 'A regular expression (RE2).'),
  patternProperties: nestedMap(),
  properties: nestedMap('The schemas of the fields.'),
  required: optional(list(string, { listType: 'atomic' }), 'The fields that must be there.'),
  title: optional(string),
  type: optional(string, 'object, array, string, integer, number or boolean.'),
  uniqueItems: optional(boolean),
  'x-kubernetes-embedded-resource': optional(boolean, 'The value is an object with apiVersion, kind and metadata.'),
  'x-kubernetes-int-or-string': optional(boolean, 'The value is an integer or a string.'),
  'x-kubernetes-list-map-keys': optional(list(string, { listType: 'atomic' }), 'The keys of a list of type map.'),
  'x-kubernetes-list-type': optional(string, 'atomic, set or map.'),
  'x-kubernetes-map-type': optional(string, 'granular or atomic.'),
  'x-kubernetes-preserve-unknown-fields': optional(boolean, 'Unknown fields are kept.'),
  'x-kubernetes-validations': optional(
    list(ValidationRule, {
      listType: 'map',
      mapKeys: ['rule'],
      patchStrategy: 'merge',
      patchMergeKey: 'rule',
    }),
    'Rules in CEL.',
  ),
});

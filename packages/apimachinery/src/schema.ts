/**
 * The schema language in which every kind is written once. A schema is plain data that a walker can read (to prune,
 * check, default, merge, print as OpenAPI) and carries its static type, so `Static<typeof Pod>` is the Pod type.
 * The vocabulary is that of Kubernetes' published OpenAPI: formats, list types, map keys, patch strategies.
 */

export interface StringSchema {
  readonly type: 'string';
  /** `byte` is base64; `date-time` RFC 3339, in seconds (metav1.Time) or, as `micro-time`, in microseconds. */
  readonly format?: 'byte' | 'date-time' | 'micro-time';
  /** Published of some bytes, which are a list to Go. */
  readonly listType?: 'atomic';
}
export interface IntegerSchema {
  readonly type: 'integer';
  readonly format: 'int32' | 'int64';
}
export interface NumberSchema {
  readonly type: 'number';
  readonly format?: 'double';
}
export interface BooleanSchema {
  readonly type: 'boolean';
}
/** resource.Quantity: a string such as `100m` or `1Gi`; a JSON number is accepted and kept as a string. */
export interface QuantitySchema {
  readonly type: 'quantity';
}
export interface IntOrStringSchema {
  readonly type: 'int-or-string';
}
/** Any JSON: RawExtension, FieldsV1. */
export interface AnySchema {
  readonly type: 'any';
  /** The published definition's name, where it has one. */
  readonly id?: string;
  /** One of these, as the type of the JSON tells; a function, because a schema may be part of itself. */
  readonly oneOf?: () => readonly Schema[];
}
export interface ListSchema {
  readonly type: 'list';
  readonly items: Schema;
  readonly listType?: 'atomic' | 'set' | 'map';
  readonly mapKeys?: readonly string[];
  /** Values of map keys that an item may leave out. */
  readonly mapKeyDefaults?: Readonly<Record<string, unknown>>;
  readonly patchStrategy?: string;
  readonly patchMergeKey?: string;
}
export interface MapSchema {
  readonly type: 'map';
  readonly values: Schema;
  readonly mapType?: 'atomic' | 'granular';
}
export interface ObjectSchema {
  readonly type: 'object';
  /** The published definition's name, such as io.k8s.api.core.v1.Pod; '' for the parts of custom resources. */
  readonly id: string;
  readonly fields: Readonly<Record<string, Field>>;
  readonly doc?: string | undefined;
  readonly mapType?: 'atomic';
  readonly patchStrategy?: string;
  /** At most one of these fields is set; the discriminator names it, beginning with a capital. */
  readonly union?: { readonly discriminator?: string; readonly fields: readonly string[] };
  /**
   * A custom resource or a part of one: `decode` prunes it and does no more, since types, nulls and required fields
   * are judged by validation. `keep`: unknown fields stay (x-kubernetes-preserve-unknown-fields).
   */
  readonly unknown?: 'prune' | 'keep';
}

export type Schema =
  | StringSchema
  | IntegerSchema
  | NumberSchema
  | BooleanSchema
  | QuantitySchema
  | IntOrStringSchema
  | AnySchema
  | ListSchema
  | MapSchema
  | ObjectSchema;

/** A schema in its place in an object. `presence` says what the published schema and the static type say of it. */
export interface Field {
  readonly schema: Schema;
  readonly doc?: string | undefined;
  /**
   * `optional`: may be absent. `required`: the published schema lists it as required. `stored`: optional on the wire,
   * but present in every object that the server returns, so the static type has it.
   */
  readonly presence: 'optional' | 'required' | 'stored';
  /** How the object in this place is applied, where that differs from what its own schema says. */
  readonly mapType?: 'atomic' | 'granular' | undefined;
}

declare const typeTag: unique symbol;
/** Carries the static type `T` of a schema; nothing at run time. */
export interface Typed<T> {
  readonly [typeTag]?: T;
}
export type Static<S> = S extends Typed<infer T> ? T : never;

declare const presenceTag: unique symbol;
export interface TypedField<T, P extends Field['presence']> extends Field {
  readonly [typeTag]?: T;
  readonly [presenceTag]?: P;
}

type Fields = Readonly<Record<string, TypedField<unknown, Field['presence']>>>;
type TypeOf<F> = F extends TypedField<infer T, Field['presence']> ? T : never;
/** Optional fields take `undefined` too: it never reaches the wire, and objects can be built without branching. */
type FieldsType<F extends Fields> = {
  [K in keyof F as F[K] extends TypedField<unknown, 'optional'> ? never : K]: TypeOf<F[K]>;
} & {
  [K in keyof F as F[K] extends TypedField<unknown, 'optional'> ? K : never]?: TypeOf<F[K]> | undefined;
};
type Flat<T> = { [K in keyof T]: T[K] };

export const string: StringSchema & Typed<string> = { type: 'string' };
/** base64 */
export const bytes: StringSchema & Typed<string> = { type: 'string', format: 'byte' };
/** RFC 3339, whole seconds */
export const time: StringSchema & Typed<string> = { type: 'string', format: 'date-time' };
/** RFC 3339, microseconds */
export const microTime: StringSchema & Typed<string> = { type: 'string', format: 'micro-time' };
export const int32: IntegerSchema & Typed<number> = { type: 'integer', format: 'int32' };
export const int64: IntegerSchema & Typed<number> = { type: 'integer', format: 'int64' };
/** A float64 whose published schema says so. */
export const double: NumberSchema & Typed<number> = { type: 'number', format: 'double' };
export const number: NumberSchema & Typed<number> = { type: 'number' };
export const boolean: BooleanSchema & Typed<boolean> = { type: 'boolean' };
export const quantity: QuantitySchema & Typed<string> = { type: 'quantity' };
export const intOrString: IntOrStringSchema & Typed<number | string> = { type: 'int-or-string' };
export const any: AnySchema & Typed<unknown> = { type: 'any' };
/** Any object, kept for someone else. */
export const rawExtension: AnySchema & Typed<unknown> = {
  type: 'any',
  id: 'io.k8s.apimachinery.pkg.runtime.RawExtension',
};
export const fieldsV1: AnySchema & Typed<unknown> = {
  type: 'any',
  id: 'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1',
};

export type ListOptions = Omit<ListSchema, 'type' | 'items'>;
export function list<T>(items: Schema & Typed<T>, options: ListOptions = {}): ListSchema & Typed<T[]> {
  return { type: 'list', items, ...options };
}

export function map<T>(
  values: Schema & Typed<T>,
  options: { mapType?: 'atomic' | 'granular' } = {},
): MapSchema & Typed<Record<string, T>> {
  return { type: 'map', values, ...options };
}

export function object<F extends Fields>(
  id: string,
  fields: F,
  options: Pick<ObjectSchema, 'mapType' | 'patchStrategy' | 'union'> & { doc?: string } = {},
): ObjectSchema & Typed<Flat<FieldsType<F>>> & { readonly fields: F } {
  return { type: 'object', id, fields, ...options };
}

export function optional<T>(
  schema: Schema & Typed<T>,
  doc?: string,
  options: Pick<Field, 'mapType'> = {},
): TypedField<T, 'optional'> {
  return { schema, doc, presence: 'optional', ...options };
}
export function required<T>(schema: Schema & Typed<T>, doc?: string): TypedField<T, 'required'> {
  return { schema, doc, presence: 'required' };
}
/** An optional field whose schema contains the object that the field is in. */
export function recursive<T>(resolve: () => Schema & Typed<T>, doc?: string): TypedField<T, 'optional'> {
  let schema: (Schema & Typed<T>) | undefined;
  return {
    get schema() {
      return (schema ??= resolve());
    },
    doc,
    presence: 'optional',
  };
}
export function stored<T>(schema: Schema & Typed<T>, doc?: string): TypedField<T, 'stored'> {
  return { schema, doc, presence: 'stored' };
}

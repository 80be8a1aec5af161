import { decode, type ObjectSchema, type Typed } from '@wherry/apimachinery';

/** An object that may hold parts from outside: what does not fit the schema is left out. */
export function decoded<T>(schema: ObjectSchema & Typed<T>, value: unknown): T {
  return decode(schema, value).object;
}

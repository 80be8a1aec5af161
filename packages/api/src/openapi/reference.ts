export type Json = { [key: string]: unknown };
/** Where definitions live: `#/components/schemas/` in v3, `#/definitions/` in v2. */
export type RefStyle = 'v3' | 'v2';

export function reference(id: string, style: RefStyle): Json {
  return { $ref: `${style === 'v3' ? '#/components/schemas/' : '#/definitions/'}${id}` };
}

import { badRequest } from '@wherry/apimachinery';

/** As upstream reads a boolean parameter: only its absence, "false" in any case and "0" are no. undefined when not given. */
export function booleanOf(query: URLSearchParams | undefined, name: string): boolean | undefined {
  const value = query?.get(name);
  if (value === undefined || value === null) return undefined;
  return value.toLowerCase() !== 'false' && value !== '0';
}

/** A whole number; undefined when not given or empty. Throws 400. */
export function integerOf(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name) ?? '';
  if (value === '') return undefined;
  if (/^[+-]?\d{1,15}$/.test(value)) return Number(value);
  throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`);
}

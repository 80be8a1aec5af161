import { exceedsDepth } from '../depth.ts';
import { isMap, type JsonMap } from '../own-key.ts';
import { canonical, leaf, type FieldSet } from './field-set.ts';

/** The set that FieldsV1 from a client says, in canonical order; undefined when it is none. */
export function parseFieldSet(fieldsV1: unknown): FieldSet | undefined {
  if (!isMap(fieldsV1) || exceedsDepth(fieldsV1)) return undefined;
  const set = parseNode(fieldsV1);
  return set && canonical(set);
}

function parseNode(node: JsonMap): FieldSet | undefined {
  const result: Record<string, FieldSet> = {};
  for (const element of Object.keys(node)) {
    const child = node[element];
    const name = element === '.' ? element : parseElement(element);
    if (name === undefined || !isMap(child)) return undefined;
    const parsed = element === '.' ? leaf : parseNode(child);
    if (parsed === undefined) return undefined;
    result[name] = parsed;
  }
  return result;
}

function parseElement(element: string): string | undefined {
  const text = element.slice(2);
  switch (element.slice(0, 2)) {
    case 'f:':
      return element;
    case 'i:':
      return /^-?\d{1,9}$/.test(text) ? element : undefined;
    case 'v:': {
      const value = parseJson(text);
      return value === undefined ? undefined : `v:${JSON.stringify(value)}`;
    }
    case 'k:': {
      const keys = parseJson(text);
      return isMap(keys) ? keyElement(Object.entries(keys)) : undefined;
    }
    default:
      return undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** `k:{"containerPort":80,"protocol":"TCP"}`, with the keys in order. */
export function keyElement(keys: [string, unknown][]): string {
  if (keys.length > 1) keys.sort(([a], [b]) => (a < b ? -1 : 1));
  return `k:{${keys.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
}

/** A path as messages show it: `.spec.containers[name="web"].image`. */
export function formatPath(path: readonly string[]): string {
  return path.map(formatElement).join('');
}

export function formatElement(element: string): string {
  const text = element.slice(2);
  switch (element[0]) {
    case 'f':
      return `.${text}`;
    case 'k': {
      const keys = Object.entries(JSON.parse(text) as JsonMap);
      return `[${keys.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`;
    }
    case 'v':
      return `[=${text}]`;
    default:
      return `[${text}]`;
  }
}

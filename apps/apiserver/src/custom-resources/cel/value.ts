import { getOwn, isMap, setOwn, type JsonMap } from '@wherry/apimachinery';
import type { JSONSchemaProps } from '@wherry/api';
import { itemsOf } from '../structural-schema.ts';

/** What an evaluation looks at, and how big its biggest list or map is. */
export interface CelValue {
  value: unknown;
  size: number;
}

/** JSON as the expressions see it: integers are bigints, times are Dates, fields that the schema has not are not there. */
export function celValue(json: unknown, props: JSONSchemaProps, isRoot: boolean): CelValue {
  const seen = { size: 1 };
  return { value: convert(json, props, isRoot, seen), size: seen.size };
}

interface Seen {
  size: number;
}

function convert(json: unknown, props: JSONSchemaProps, isRoot: boolean, seen: Seen): unknown {
  if (Array.isArray(json)) {
    seen.size = Math.max(seen.size, json.length);
    const items = itemsOf(props) ?? {};
    return json.map((item) => convert(item, items, false, seen));
  }
  if (isMap(json)) return convertMap(json, props, isRoot, seen);
  if (typeof json === 'number') {
    const whole = props.type === 'integer' || props['x-kubernetes-int-or-string'] || props.type === undefined;
    return whole && Number.isInteger(json) ? BigInt(json) : json;
  }
  return typeof json === 'string' ? convertText(json, props.format) : json;
}

function convertText(text: string, format: string | undefined): unknown {
  if (format !== 'date-time' && format !== 'date') return text;
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? text : time;
}

const rootMetadata: JSONSchemaProps = {
  type: 'object',
  properties: { name: { type: 'string' }, generateName: { type: 'string' } },
};

function convertMap(json: JsonMap, props: JSONSchemaProps, isRoot: boolean, seen: Seen): unknown {
  const keys = Object.keys(json);
  seen.size = Math.max(seen.size, keys.length);
  const result: JsonMap = {};
  const typed = isRoot || props['x-kubernetes-embedded-resource'] === true;
  const { properties, additionalProperties: additional } = props;
  for (const key of keys) {
    const known = getOwn(properties, key);
    if (typed && key === 'metadata') setOwn(result, key, convert(json[key], rootMetadata, false, seen));
    else if (typed && (key === 'apiVersion' || key === 'kind')) setOwn(result, key, json[key]);
    else if (known !== undefined) setOwn(result, escaped(key), convert(json[key], known, false, seen));
    else if (properties === undefined)
      setOwn(result, key, convert(json[key], typeof additional === 'object' ? additional : {}, false, seen));
  }
  return result;
}

const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);
const symbols: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};

/** A field's name as an identifier of CEL, as upstream escapes it. */
function escaped(name: string): string {
  return reserved.has(name) ? `__${name}__` : name.replaceAll(/__|[./-]/g, (symbol) => symbols[symbol]!);
}

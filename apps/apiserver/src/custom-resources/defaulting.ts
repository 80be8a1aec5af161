import { clone, getOwn, isMap, setOwn } from '@wherry/apimachinery';
import type { JSONSchemaProps } from '@wherry/api';
import { itemsOf } from './structural-schema.ts';

/** Fills in what is absent, in place. */
export type Defaulter = (value: unknown) => void;

/**
 * Defaults of a structural schema, as code that visits only what has some. A null where null is no value is replaced
 * by the default, or removed when there is none.
 */
export function compileDefaults(props: JSONSchemaProps | undefined): Defaulter {
  return (props && compile(props)) ?? (() => undefined);
}

interface Step {
  name: string;
  fallback: unknown;
  nullable: boolean;
  inner: Defaulter | undefined;
}

function compile(props: JSONSchemaProps): Defaulter | undefined {
  const steps: Step[] = Object.entries(props.properties ?? {}).map(([name, inner]) => ({
    name,
    fallback: inner.default,
    nullable: inner.nullable === true,
    inner: compile(inner),
  }));
  const items = itemsOf(props);
  const item = items && compile(items);
  const { additionalProperties } = props;
  const values = typeof additionalProperties === 'object' ? additionalProperties : undefined;
  if (steps.length > 0) return (value) => applySteps(steps, value);
  if (item !== undefined) {
    return (value) => {
      if (Array.isArray(value)) for (const element of value) item(element);
    };
  }
  return values && eachValue(compile(values), values.nullable === true);
}

function applySteps(steps: readonly Step[], value: unknown): void {
  if (!isMap(value)) return;
  for (const { name, fallback, nullable, inner } of steps) {
    let current = getOwn(value, name);
    if (current === undefined || (current === null && !nullable)) {
      if (fallback !== undefined) setOwn(value, name, (current = clone(fallback)));
      else if (current === null) delete value[name];
    }
    if (inner !== undefined && current !== undefined) inner(current);
  }
}

function eachValue(inner: Defaulter | undefined, nullable: boolean): Defaulter {
  return (value) => {
    if (!isMap(value)) return;
    for (const key of Object.keys(value)) {
      if (value[key] === null && !nullable) delete value[key];
      else inner?.(value[key]);
    }
  };
}

import { Optional } from '@marcbachmann/cel-js';
import { deepEqual, fieldInvalid, getOwn, isMap, type FieldError } from '@wherry/apimachinery';
import type { JSONSchemaProps, ValidationRule } from '@wherry/api';
import { itemsOf } from '../structural-schema.ts';
import { absent, jsonType, keyOf } from '../validator.ts';
import { compileExpression, summaryOf, type Expression } from './environment.ts';
import { celValue } from './value.ts';

/** Steps that the rules of one object may take together: well under a second. */
const MAX_STEPS = 1_000_000;

export interface Budget {
  left: number;
}

export function newBudget(): Budget {
  return { left: MAX_STEPS };
}

/** Runs the x-kubernetes-validations of a schema. `old` is what the value was, or `absent`. */
export type RuleCheck = (value: unknown, old: unknown, path: string, errors: FieldError[], budget: Budget) => void;

/** @returns undefined when the schema has no rules. Throws an Error for an expression that is none. */
export function compileRules(props: JSONSchemaProps, isRoot = true): RuleCheck | undefined {
  const own = (props['x-kubernetes-validations'] ?? []).map((rule) => compileRule(rule));
  const items = itemsOf(props);
  const inner = [childrenOf(props), items && listOf(props, items), valuesOf(props)].filter(
    (check) => check !== undefined,
  );
  if (own.length === 0 && inner.length === 0) return undefined;
  return (value, old, path, errors, budget) => {
    if (value === null || value === undefined) return;
    if (own.length > 0) runRules(own, props, isRoot, value, old, path, errors, budget);
    for (const check of inner) check(value, old, path, errors, budget);
  };
}

interface Rule {
  rule: ValidationRule;
  expression: Expression;
  message: Expression | undefined;
}

function compileRule(rule: ValidationRule): Rule {
  const message = rule.messageExpression ? compileExpression(rule.messageExpression, 'string') : undefined;
  return { rule, expression: compileExpression(rule.rule, 'bool'), message };
}

function runRules(
  rules: readonly Rule[],
  props: JSONSchemaProps,
  isRoot: boolean,
  value: unknown,
  old: unknown,
  path: string,
  errors: FieldError[],
  budget: Budget,
): void {
  const same = old !== absent && deepEqual(value, old);
  const before = old === absent || old === null ? undefined : celValue(old, props, isRoot);
  let self: ReturnType<typeof celValue> | undefined;
  for (const { rule, expression, message } of rules) {
    if (budget.left < 0) return;
    // What was so before is let be; and a change is judged only where there was something.
    if (same && !expression.usesOldSelf) continue;
    if (expression.usesOldSelf && before === undefined && !rule.optionalOldSelf) continue;
    self ??= celValue(value, props, isRoot);
    budget.left -= Math.max(self.size, before?.size ?? 0) ** expression.depth + 1;
    const field = fieldAt(path, rule.fieldPath);
    const type = jsonType(value);
    if (budget.left < 0) {
      const detail = 'validation failed due to running out of cost budget, no further validation rules will be run';
      errors.push(fieldInvalid(field, type, detail));
      return;
    }
    const oldSelf = rule.optionalOldSelf
      ? before === undefined
        ? Optional.none()
        : Optional.of(before.value)
      : before?.value;
    const variables = { self: self.value, oldSelf };
    try {
      if (expression.evaluate(variables) === true) continue;
      errors.push(failure(rule, field, value, messageOf(rule, message, variables)));
    } catch (error) {
      errors.push(fieldInvalid(field, type, `${summaryOf(error)} evaluating rule: ${rule.message || rule.rule}`));
    }
  }
}

function messageOf(rule: ValidationRule, expression: Expression | undefined, variables: { self: unknown }): string {
  if (expression !== undefined) {
    try {
      const text = expression.evaluate(variables);
      if (typeof text === 'string' && text.trim() !== '' && !/[\n\r]/.test(text)) return text;
    } catch {
      // As upstream: a message that cannot be made is replaced by the fixed one.
    }
  }
  return rule.message ? rule.message.trim() : `failed rule: ${rule.rule.trim()}`;
}

function failure(rule: ValidationRule, field: string, value: unknown, detail: string): FieldError {
  switch (rule.reason) {
    case 'FieldValueForbidden':
    case 'FieldValueRequired':
      return { type: rule.reason, field, detail };
    case 'FieldValueDuplicate':
      return { type: rule.reason, field, badValue: jsonType(value), detail };
    default:
      return fieldInvalid(field, jsonType(value), detail);
  }
}

function fieldAt(path: string, fieldPath: string | undefined): string {
  const step = (fieldPath ?? '').trim().replaceAll(/\['([^']*)'\]/g, '.$1');
  const whole = path === '' ? step.replace(/^\./, '') : path + step;
  return whole === '' ? '<nil>' : whole;
}

function childrenOf(props: JSONSchemaProps): RuleCheck | undefined {
  const fields = Object.entries(props.properties ?? {}).flatMap(([name, inner]) => {
    const check = compileRules(inner, false);
    return check ? [[name, check] as const] : [];
  });
  if (fields.length === 0) return undefined;
  return (value, old, path, errors, budget) => {
    if (!isMap(value)) return;
    for (const [name, check] of fields) {
      if (Object.hasOwn(value, name))
        check(value[name], innerOf(old, name), path === '' ? name : `${path}.${name}`, errors, budget);
    }
  };
}

function innerOf(old: unknown, name: string): unknown {
  return isMap(old) && Object.hasOwn(old, name) ? old[name] : absent;
}

/** Elements are the same as before when their keys are; of lists without keys nobody can tell. */
function listOf(props: JSONSchemaProps, items: JSONSchemaProps): RuleCheck | undefined {
  const check = compileRules(items, false);
  if (check === undefined) return undefined;
  const keyed = props['x-kubernetes-list-type'] === 'map';
  const identity = keyOf(props['x-kubernetes-list-map-keys'] ?? []);
  return (value, old, path, errors, budget) => {
    if (!Array.isArray(value)) return;
    const before = keyed && Array.isArray(old) ? new Map(old.map((item) => [identity(item), item])) : undefined;
    for (const [i, item] of value.entries())
      check(item, before?.get(identity(item)) ?? absent, `${path}[${i}]`, errors, budget);
  };
}

function valuesOf(props: JSONSchemaProps): RuleCheck | undefined {
  const check = typeof props.additionalProperties === 'object' && compileRules(props.additionalProperties, false);
  if (!check) return undefined;
  return (value, old, path, errors, budget) => {
    if (!isMap(value)) return;
    for (const name of Object.keys(value)) {
      if (getOwn(props.properties, name) === undefined)
        check(value[name], innerOf(old, name), `${path}[${name}]`, errors, budget);
    }
  };
}

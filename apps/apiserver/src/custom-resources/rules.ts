import { fieldInvalid, type FieldError, type KubeObject } from '@wherry/apimachinery';
import type { JSONSchemaProps, ResourceRules } from '@wherry/api';
import { compileRules, newBudget, type RuleCheck } from './cel/rules.ts';
import { compileDefaults, type Defaulter } from './defaulting.ts';
import { absent, compileValidator, type Check } from './validator.ts';

/**
 * Defaulting and validation of one version of a custom resource. Made into code with the first object: definitions of a
 * megabyte are not rare, and many of their versions are never used.
 */
export function rulesOf(props: JSONSchemaProps | undefined): ResourceRules {
  const schema = withoutMetadata(props);
  let checks: Checks | undefined;
  const compiled = (): Checks =>
    (checks ??= { schema: compileValidator(schema), rules: schema && compileRules(schema) });
  let applyDefaults: Defaulter | undefined;
  return {
    applyDefaults: (object) => (applyDefaults ??= compileDefaults(schema))(object),
    validateCreate: (object) => judge(compiled(), object, absent),
    validateUpdate: (object, old) => judge(compiled(), object, old),
    validateStatusUpdate: (object, old) => judge(compiled(), object, old),
  };
}

interface Checks {
  schema: Check;
  rules: RuleCheck | undefined;
}

/** Metadata is judged like that of every object, but for what a schema may say of its name. */
function withoutMetadata(props: JSONSchemaProps | undefined): JSONSchemaProps | undefined {
  if (props?.properties?.['metadata'] === undefined) return props;
  const { name, generateName } = props.properties['metadata'].properties ?? {};
  const metadata = {
    properties: { ...(name ? { name } : {}), ...(generateName ? { generateName } : {}) },
  };
  return { ...props, properties: { ...props.properties, metadata } };
}

/** Of an object that is wrong in one of these ways a rule could not be evaluated. */
const blocking: ReadonlySet<FieldError['type']> = new Set<FieldError['type']>([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

function judge(checks: Checks, object: KubeObject, old: unknown): FieldError[] {
  const errors = schemaErrors(checks.schema, object, old);
  if (checks.rules === undefined) return errors;
  if (errors.some(({ type }) => blocking.has(type))) {
    const detail =
      'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';
    return [...errors, fieldInvalid('<nil>', null, detail)];
  }
  checks.rules(object, old, '', errors, newBudget());
  return errors;
}

/** What was wrong before and has not changed is let through; it is looked for only when something is wrong. */
function schemaErrors(check: Check, object: KubeObject, old: unknown): FieldError[] {
  const errors: FieldError[] = [];
  check(object, absent, '', errors);
  if (errors.length === 0 || old === absent) return errors;
  const changed: FieldError[] = [];
  check(object, old, '', changed);
  return changed;
}

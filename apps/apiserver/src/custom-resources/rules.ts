import type { FieldError, KubeObject } from '@wherry/apimachinery';
import type { JSONSchemaProps, ResourceRules } from '@wherry/api';
import { compileDefaults } from './defaulting.ts';
import { absent, compileValidator, type Check } from './validator.ts';

/** Defaulting and validation of one version of a custom resource. Throws an Error for a schema that is none. */
export function rulesOf(props: JSONSchemaProps | undefined, hasStatus: boolean): ResourceRules {
  const schema = withoutMetadata(props);
  const applyDefaults = compileDefaults(schema);
  const check = compileValidator(schema);
  return {
    applyDefaults,
    validateCreate: (object) => judge(check, object, absent),
    validateUpdate: (object, old) => judge(check, object, old),
    validateStatusUpdate: (object, old) => (hasStatus ? judge(check, object, old) : []),
  };
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

/** What was wrong before and has not changed is let through; it is looked for only when something is wrong. */
function judge(check: Check, object: KubeObject, old: unknown): FieldError[] {
  const errors: FieldError[] = [];
  check(object, absent, '', errors);
  if (errors.length === 0 || old === absent) return errors;
  const changed: FieldError[] = [];
  check(object, old, '', changed);
  return changed;
}

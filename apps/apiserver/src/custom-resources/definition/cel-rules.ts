import type { JSONSchemaProps, ValidationRule } from '@wherry/api';
import { fieldInvalid, fieldNotSupported, fieldRequired, getOwn, type FieldError } from '@wherry/apimachinery';
import { compileExpression, summaryOf } from '../cel/environment.ts';
import { itemsOf } from '../structural-schema.ts';

const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

/** What is wrong with the x-kubernetes-validations of a schema. */
export function ruleErrors(props: JSONSchemaProps, path: string): FieldError[] {
  const errors: FieldError[] = [];
  visit(props, path, errors);
  return errors;
}

function visit(props: JSONSchemaProps, path: string, errors: FieldError[]): void {
  for (const [i, rule] of (props['x-kubernetes-validations'] ?? []).entries())
    errors.push(...oneRule(rule, props, `${path}.x-kubernetes-validations[${i}]`));
  const items = itemsOf(props);
  if (items) visit(items, `${path}.items`, errors);
  if (typeof props.additionalProperties === 'object')
    visit(props.additionalProperties, `${path}.additionalProperties`, errors);
  for (const [name, inner] of Object.entries(props.properties ?? {}))
    visit(inner, `${path}.properties[${name}]`, errors);
}

function oneRule(rule: ValidationRule, props: JSONSchemaProps, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const { message, messageExpression, reason, fieldPath } = rule;
  if (rule.rule.trim() === '') return [fieldRequired(`${path}.rule`, 'rule is not specified')];
  if (message !== undefined && message !== '' && message.trim() === '')
    errors.push(fieldInvalid(`${path}.message`, message, 'message must be non-empty if specified'));
  else if (message && /[\n\r]/.test(message.trim()))
    errors.push(fieldInvalid(`${path}.message`, message, 'message must not contain line breaks'));
  else if (/[\n\r]/.test(rule.rule.trim()) && !message)
    errors.push(fieldRequired(`${path}.message`, 'message must be specified if rule contains line breaks'));
  if (messageExpression !== undefined && messageExpression !== '' && messageExpression.trim() === '')
    errors.push(fieldRequired(`${path}.messageExpression`, 'messageExpression must be non-empty if specified'));
  if (reason !== undefined && !reasons.includes(reason))
    errors.push(fieldNotSupported(`${path}.reason`, reason, reasons));
  if (fieldPath) errors.push(...pathErrors(fieldPath, props, `${path}.fieldPath`));
  errors.push(...expressionErrors(rule.rule, 'bool', `${path}.rule`));
  if (messageExpression?.trim())
    errors.push(...expressionErrors(messageExpression, 'string', `${path}.messageExpression`));
  if (rule.optionalOldSelf !== undefined && errors.length === 0 && !compileExpression(rule.rule, 'bool').usesOldSelf)
    errors.push(
      fieldInvalid(`${path}.optionalOldSelf`, rule.optionalOldSelf, 'may not be set if oldSelf is not used in rule'),
    );
  return errors;
}

function expressionErrors(text: string, type: 'bool' | 'string', path: string): FieldError[] {
  try {
    compileExpression(text, type);
    return [];
  } catch (error) {
    return [fieldInvalid(path, text, `compilation failed: ${summaryOf(error)}`)];
  }
}

function pathErrors(text: string, props: JSONSchemaProps, path: string): FieldError[] {
  if (text.trim() === '') return [fieldInvalid(path, text, 'fieldPath must be non-empty if specified')];
  if (/[\n\r]/.test(text)) return [fieldInvalid(path, text, 'fieldPath must not contain line breaks')];
  const steps = [...text.matchAll(/\.([^.[]+)|\['([^']*)'\]/g)];
  let at: JSONSchemaProps | undefined = props;
  for (const step of steps) {
    const name: string = step[1] ?? step[2] ?? '';
    const additional: JSONSchemaProps['additionalProperties'] = at?.additionalProperties;
    at = getOwn(at?.properties, name) ?? (typeof additional === 'object' ? additional : undefined);
  }
  const covered = steps.map((step) => step[0]).join('') === text.trim();
  return at !== undefined && covered
    ? []
    : [fieldInvalid(path, text, 'fieldPath must be a valid path: does not refer to a valid field')];
}

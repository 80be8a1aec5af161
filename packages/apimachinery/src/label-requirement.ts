import { isLabelValue, isQualifiedName } from './names.ts';

export interface LabelRequirement {
  key: string;
  op: 'in' | 'notin' | '=' | '==' | '!=' | 'exists' | '!' | 'gt' | 'lt';
  values: string[];
}
export function isInteger(text: string): boolean {
  return text.length <= 20 && /^[-+]?[0-9]+$/.test(text) && !text.startsWith('+');
}

/** Upstream's words of what is wrong with a requirement, or undefined. */
export function checkRequirement(requirement: LabelRequirement): string | undefined {
  const keyError = checkKey(requirement.key);
  if (keyError !== undefined) return keyError;
  const { op, values } = requirement;
  if ((op === 'in' || op === 'notin') && values.length === 0) {
    return "values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty";
  }
  if (op === 'gt' || op === 'lt') {
    const bad = values.findIndex((value) => !isInteger(value));
    if (bad >= 0) {
      return `values[${bad}]: Invalid value: ${JSON.stringify(values[bad])}: for 'Gt', 'Lt' operators, the value must be an integer`;
    }
  }
  for (const [index, value] of values.entries()) {
    const errors = isLabelValue(value);
    if (errors.length > 0) {
      return `values[${index}][${requirement.key}]: Invalid value: ${JSON.stringify(value)}: ${errors.join('; ')}`;
    }
  }
  return undefined;
}

/** The path `<nil>` is what upstream prints for a key outside any object. */
export function checkKey(key: string): string | undefined {
  const errors = isQualifiedName(key);
  return errors.length === 0 ? undefined : `<nil>: Invalid value: ${JSON.stringify(key)}: ${errors.join('; ')}`;
}

import type { CustomResourceDefinitionNames } from '@wherry/api';
import { fieldInvalid, isDns1035Label, type FieldError } from '@wherry/apimachinery';

export function namesErrors(names: CustomResourceDefinitionNames, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const check = (value: string | undefined, field: string, mixedCase = false) => {
    if (!value) return;
    const messages = isDns1035Label(mixedCase ? value.toLowerCase() : value);
    const prefix = mixedCase ? 'may have mixed case, but should otherwise match: ' : '';
    if (messages.length > 0) errors.push(fieldInvalid(`${path}.${field}`, value, prefix + messages.join(',')));
  };
  check(names.plural, 'plural');
  check(names.singular, 'singular');
  check(names.kind, 'kind', true);
  check(names.listKind, 'listKind', true);
  for (const [i, name] of (names.shortNames ?? []).entries()) check(name, `shortNames[${i}]`);
  if (names.kind && names.kind === names.listKind)
    errors.push(fieldInvalid(`${path}.listKind`, names.listKind, 'kind and listKind may not be the same'));
  for (const [i, name] of (names.categories ?? []).entries()) check(name, `categories[${i}]`);
  return errors;
}

import { fieldNotSupported, fieldRequired, type FieldError } from '@wherry/apimachinery';
import type { Binding } from '../core/binding.ts';

/** Not a stored kind: the body of POST pods/binding. */
export function validateBinding({ target }: Binding): FieldError[] {
  const errors: FieldError[] = [];
  if (target.kind && target.kind !== 'Node')
    errors.push(fieldNotSupported('target.kind', target.kind, ['Node', '<empty>']));
  if (!target.name) errors.push(fieldRequired('target.name'));
  return errors;
}

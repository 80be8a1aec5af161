import type { StatusCause } from './status.ts';

/** One finding of validation: where, what kind, and the words. The types are the reasons of metav1.StatusCause. */
export interface FieldError {
  type:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueDuplicate'
    | 'FieldValueForbidden'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'FieldValueTypeInvalid'
    | 'FieldValueNotFound'
    | 'InternalError';
  field: string;
  detail: string;
  badValue?: unknown;
}

const titles: Readonly<Record<FieldError['type'], string>> = {
  FieldValueRequired: 'Required value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueForbidden: 'Forbidden',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  FieldValueTypeInvalid: 'Invalid value',
  FieldValueNotFound: 'Not found',
  InternalError: 'Internal error',
};
const withoutValue: ReadonlySet<FieldError['type']> = new Set<FieldError['type']>([
  'FieldValueRequired',
  'FieldValueForbidden',
  'FieldValueTooLong',
  'InternalError',
]);

export function fieldRequired(field: string, detail = ''): FieldError {
  return { type: 'FieldValueRequired', field, detail };
}
export function fieldInvalid(field: string, badValue: unknown, detail: string): FieldError {
  return { type: 'FieldValueInvalid', field, badValue, detail };
}
export function fieldNotSupported(field: string, badValue: unknown, supported: readonly string[]): FieldError {
  const detail = `supported values: ${supported.map((value) => JSON.stringify(value)).join(', ')}`;
  return { type: 'FieldValueNotSupported', field, badValue, detail };
}
export function fieldDuplicate(field: string, badValue: unknown): FieldError {
  return { type: 'FieldValueDuplicate', field, badValue, detail: '' };
}
export function fieldForbidden(field: string, detail: string): FieldError {
  return { type: 'FieldValueForbidden', field, detail };
}
export function fieldTooLong(field: string, maxBytes: number): FieldError {
  return { type: 'FieldValueTooLong', field, detail: `may not be more than ${maxBytes} bytes` };
}
export function fieldTooMany(field: string, actual: number, max: number): FieldError {
  const detail = `must have at most ${max} item${max === 1 ? '' : 's'}`;
  return { type: 'FieldValueTooMany', field, badValue: actual, detail };
}
export function fieldNotFound(field: string, badValue: unknown): FieldError {
  return { type: 'FieldValueNotFound', field, badValue, detail: '' };
}

/** Stands for a bad value that is too much to repeat: the error is told without it. */
export const omittedValue = Symbol('omitted');

/** `spec.x: Invalid value: "y": detail` */
export function formatFieldError(error: FieldError): string {
  return `${error.field}: ${formatFieldErrorBody(error)}`;
}

/** The text without the path, as it stands in a Status cause. */
export function formatFieldErrorBody(error: FieldError): string {
  let text = titles[error.type];
  if (!withoutValue.has(error.type) && error.badValue !== omittedValue) text += `: ${formatBadValue(error.badValue)}`;
  return error.detail === '' ? text : `${text}: ${error.detail}`;
}

function formatBadValue(value: unknown): string {
  return value === undefined || value === null ? 'null' : JSON.stringify(value);
}

export function fieldErrorCauses(errors: readonly FieldError[]): StatusCause[] {
  return errors.map((error) => ({ reason: error.type, message: formatFieldErrorBody(error), field: error.field }));
}

/** One error as it is, several as `[a, b]`, each text once. */
export function formatFieldErrors(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map(formatFieldError))];
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
}

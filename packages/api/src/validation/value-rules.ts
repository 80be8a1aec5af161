import {
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isDns1123Label,
  isDns1123Subdomain,
  isPortName,
  isPortNumber,
  isQualifiedName,
  type FieldError,
} from '@wherry/apimachinery';

/** Validators yield findings as they come; those who call them collect. */
export type Findings = Iterable<FieldError>;

export function* matching(messages: readonly string[], value: unknown, field: string): Findings {
  for (const message of messages) yield fieldInvalid(field, value, message);
}

export const dnsLabel = (value: string, field: string): Findings => matching(isDns1123Label(value), value, field);
export const dnsSubdomain = (value: string, field: string): Findings =>
  matching(isDns1123Subdomain(value), value, field);
export const qualifiedName = (value: string, field: string): Findings => matching(isQualifiedName(value), value, field);

export function* nonNegative(value: number | undefined, field: string): Findings {
  if (value !== undefined && value < 0) yield fieldInvalid(field, value, 'must be greater than or equal to 0');
}

/** Required, and one of these. */
export function* oneOf(value: string | undefined, supported: readonly string[], field: string): Findings {
  if (value === undefined || value === '') yield fieldRequired(field);
  else if (!supported.includes(value)) yield fieldNotSupported(field, value, supported);
}

/** One of these, when it is set. */
export function* oneOfOrAbsent(value: string | undefined, supported: readonly string[], field: string): Findings {
  if (value !== undefined && !supported.includes(value)) yield fieldNotSupported(field, value, supported);
}

export function* required(value: string | readonly unknown[] | undefined, field: string, detail?: string): Findings {
  if (value === undefined || value.length === 0) yield fieldRequired(field, detail);
}

export function* forbiddenIf(condition: boolean, field: string, detail: string): Findings {
  if (condition) yield fieldForbidden(field, detail);
}

export function* invalidIf(condition: boolean, field: string, value: unknown, detail: string): Findings {
  if (condition) yield fieldInvalid(field, value, detail);
}

export function* portNumberOrName(port: number | string | undefined, field: string): Findings {
  if (typeof port === 'string') yield* matching(isPortName(port), port, field);
  else yield* matching(isPortNumber(port ?? 0), port ?? 0, field);
}

export const protocols = ['SCTP', 'TCP', 'UDP'];
export const maxInt32 = 2 ** 31 - 1;
export const inclusiveRange = (low: number, high: number): string => `must be between ${low} and ${high}, inclusive`;

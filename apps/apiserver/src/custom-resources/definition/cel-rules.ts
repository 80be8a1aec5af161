import type { JSONSchemaProps } from '@wherry/api';
import type { FieldError } from '@wherry/apimachinery';
export function ruleErrors(_props: JSONSchemaProps, _path: string): FieldError[] {
  return [];
}

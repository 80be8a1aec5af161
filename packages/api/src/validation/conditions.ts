import { fieldDuplicate, fieldInvalid, fieldRequired, fieldTooLong, type Condition } from '@wherry/apimachinery';
import { nonNegative, oneOf, qualifiedName, type Findings } from './value-rules.ts';

const maxReason = 1024;
const maxMessage = 32_768;
const reasonPattern = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?';

/** The rules of metav1.Condition. */
export function* conditions(list: readonly Condition[] | undefined, field: string): Findings {
  const types = new Set<string>();
  for (const [index, condition] of (list ?? []).entries()) {
    const at = `${field}[${index}]`;
    const { type, reason, message } = condition;
    yield* qualifiedName(type, `${at}.type`);
    if (types.has(type)) yield fieldDuplicate(`${at}.type`, type);
    types.add(type);
    yield* oneOf(condition.status, ['False', 'True', 'Unknown'], `${at}.status`);
    yield* nonNegative(condition.observedGeneration, `${at}.observedGeneration`);
    if (!condition.lastTransitionTime) yield fieldRequired(`${at}.lastTransitionTime`, 'must be set');
    if (reason === '') yield fieldRequired(`${at}.reason`);
    else if (!/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/.test(reason)) {
      const detail =
        'a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or ' +
        `'_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name', or 'MY_NAME', or 'MyName', or 'ReasonA,ReasonB', or 'ReasonA:ReasonB', regex used for validation is '${reasonPattern}')`;
      yield fieldInvalid(`${at}.reason`, reason, detail);
    }
    if (reason.length > maxReason) yield fieldTooLong(`${at}.reason`, maxReason);
    if (message.length > maxMessage) yield fieldTooLong(`${at}.message`, maxMessage);
  }
}

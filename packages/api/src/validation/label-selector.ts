import { fieldForbidden, fieldInvalid, fieldRequired, isLabelValue, type LabelSelector } from '@wherry/apimachinery';
import { validateLabels } from './metadata.ts';
import { matching, qualifiedName, type Findings } from './value-rules.ts';

export function* labelSelector(selector: LabelSelector | undefined, field: string): Findings {
  if (selector === undefined) return;
  yield* validateLabels(selector.matchLabels, `${field}.matchLabels`);
  for (const [index, expression] of (selector.matchExpressions ?? []).entries()) {
    const at = `${field}.matchExpressions[${index}]`;
    const values = expression.values ?? [];
    switch (expression.operator) {
      case 'In':
      case 'NotIn':
        if (values.length === 0) {
          yield fieldRequired(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
        }
        break;
      case 'Exists':
      case 'DoesNotExist':
        if (values.length > 0) {
          yield fieldForbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
        }
        break;
      default:
        yield fieldInvalid(`${at}.operator`, expression.operator, 'not a valid selector operator');
    }
    yield* qualifiedName(expression.key, `${at}.key`);
    for (const [i, value] of values.entries()) yield* matching(isLabelValue(value), value, `${at}.values[${i}]`);
  }
}

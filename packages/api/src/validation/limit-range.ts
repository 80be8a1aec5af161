import {
  compareQuantities,
  fieldDuplicate,
  fieldForbidden,
  fieldInvalid,
  fieldRequired,
  isQualifiedName,
  parseQuantity,
} from '@wherry/apimachinery';
import type { LimitRange, LimitRangeItem } from '../core/limit-range.ts';
import { limitResourceName } from './resource-names.ts';
import { matching, type Findings } from './value-rules.ts';

const standardTypes = ['Pod', 'Container', 'PersistentVolumeClaim'];

export function* limitRange({ spec }: LimitRange): Findings {
  const seen = new Set<string>();
  for (const [index, item] of spec.limits.entries()) {
    const at = `spec.limits[${index}]`;
    yield* typeName(item.type, `${at}.type`);
    if (seen.has(item.type)) yield fieldDuplicate(`${at}.type`, item.type);
    seen.add(item.type);
    yield* names(item, at);
    const keys = new Set(lists.flatMap((list) => Object.keys(item[list] ?? {})));
    for (const key of keys) yield* relations(item, key, at);
  }
}

const lists = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

function* typeName(type: string, field: string): Findings {
  const messages = isQualifiedName(type);
  yield* matching(messages, type, field);
  if (messages.length === 0 && !type.includes('/') && !standardTypes.includes(type)) {
    yield fieldInvalid(field, type, 'must be a standard limit type or fully qualified');
  }
}

function* names(item: LimitRangeItem, at: string): Findings {
  for (const list of lists) {
    const amounts = item[list] ?? {};
    if (item.type === 'Pod' && (list === 'default' || list === 'defaultRequest')) {
      const isSet = Object.keys(amounts).length > 0;
      if (isSet) yield fieldForbidden(`${at}.${list}`, "may not be specified when `type` is 'Pod'");
      continue;
    }
    for (const name of Object.keys(amounts)) yield* limitResourceName(item.type, name, `${at}.${list}[${name}]`);
  }
  if (item.type !== 'PersistentVolumeClaim') return;
  if (item.min?.['storage'] === undefined && item.max?.['storage'] === undefined) {
    const detail = 'either minimum or maximum storage value is required, but neither was provided';
    yield fieldRequired(`${at}.limits`, detail);
  }
}

/** One resource: what is least, what is given, and what is most must fit together. */
function* relations(item: LimitRangeItem, key: string, at: string): Findings {
  const amount = (list: (typeof lists)[number]): string | undefined =>
    Object.hasOwn(item[list] ?? {}, key) ? item[list]?.[key] : undefined;
  const [min, max, limit, request] = [amount('min'), amount('max'), amount('default'), amount('defaultRequest')];
  const above = (a: string | undefined, b: string | undefined): boolean =>
    a !== undefined && b !== undefined && compareQuantities(a, b) > 0;
  const said = (list: string, value: string | undefined, detail: string) =>
    fieldInvalid(`${at}.${list}[${key}]`, value, detail);
  if (above(min, max)) yield said('min', min, `min value ${min} is greater than max value ${max}`);
  if (above(min, request)) {
    yield said('defaultRequest', request, `min value ${min} is greater than default request value ${request}`);
  }
  if (above(request, max)) {
    yield said('defaultRequest', request, `default request value ${request} is greater than max value ${max}`);
  }
  if (above(request, limit)) {
    const detail = `default request value ${request} is greater than default limit value ${limit}`;
    yield said('defaultRequest', request, detail);
  }
  if (above(min, limit)) yield said('default', min, `min value ${min} is greater than default value ${limit}`);
  if (above(limit, max)) yield said('default', max, `default value ${limit} is greater than max value ${max}`);
  yield* ratio(amount('maxLimitRequestRatio'), min, max, `${at}.maxLimitRequestRatio[${key}]`);
  const shared = ['cpu', 'memory', 'ephemeral-storage', 'storage'].includes(key);
  if (!shared && limit !== undefined && request !== undefined && compareQuantities(limit, request) !== 0) {
    const detail = `default value ${limit} must equal to defaultRequest value ${request} in ${key}`;
    yield said('defaultRequest', request, detail);
  }
}

function* ratio(value: string | undefined, min: string | undefined, max: string | undefined, field: string): Findings {
  if (value === undefined) return;
  if (compareQuantities(value, '1') < 0) yield fieldInvalid(field, value, `ratio ${value} is less than 1`);
  if (min === undefined || max === undefined) return;
  const limit = Number(parseQuantity(max).nano) / Number(parseQuantity(min).nano);
  if (Number(parseQuantity(value).nano) / 1e9 > limit) {
    yield fieldInvalid(field, value, `ratio ${value} is greater than max/min = ${limit.toFixed(6)}`);
  }
}

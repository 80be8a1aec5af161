import type {
  FieldSelectorAttributes,
  LabelSelectorAttributes,
  LocalSubjectAccessReview,
  ResourceAttributes,
  SelfSubjectAccessReviewSpec,
  SubjectAccessReviewSpec,
} from '@wherry/api';
import { fieldInvalid, fieldRequired, type FieldError, type ObjectMeta } from '@wherry/apimachinery';

type Findings = Generator<FieldError>;

/** Upstream's rules and words (pkg/apis/authorization/validation). */
export function* validateSubject(spec: SubjectAccessReviewSpec): Findings {
  yield* validateChoice(spec);
  if ((spec.user ?? '') === '' && (spec.groups?.length ?? 0) === 0) {
    yield fieldInvalid('spec.user', spec.user ?? '', 'at least one of user or group must be specified');
  }
  yield* validateAttributes(spec.resourceAttributes);
}

export function* validateSelf(spec: SelfSubjectAccessReviewSpec): Findings {
  yield* validateChoice(spec);
  yield* validateAttributes(spec.resourceAttributes);
}

export function* validateEmptyMeta(metadata: ObjectMeta | undefined): Findings {
  if (!isEmpty(metadata, false)) yield fieldInvalid('metadata', metadata, 'must be empty');
}

export function* validateLocal({ spec, metadata }: LocalSubjectAccessReview, namespace: string): Findings {
  yield* validateSubject(spec);
  if (!isEmpty(metadata, true)) yield fieldInvalid('metadata', metadata, 'must be empty except for namespace');
  const asked = spec.resourceAttributes;
  if (asked !== undefined && (asked.namespace ?? '') !== namespace) {
    yield fieldInvalid('spec.resourceAttributes.namespace', asked.namespace ?? '', 'must match metadata.namespace');
  }
  if (spec.nonResourceAttributes !== undefined) {
    const why = 'disallowed on this kind of request';
    yield fieldInvalid('spec.nonResourceAttributes', spec.nonResourceAttributes, why);
  }
}

function* validateChoice({ resourceAttributes, nonResourceAttributes }: SelfSubjectAccessReviewSpec): Findings {
  if (resourceAttributes !== undefined && nonResourceAttributes !== undefined) {
    const why = 'cannot be specified in combination with resourceAttributes';
    yield fieldInvalid('spec.nonResourceAttributes', nonResourceAttributes, why);
  }
  if (resourceAttributes === undefined && nonResourceAttributes === undefined) {
    const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    yield fieldInvalid('spec.resourceAttributes', null, why);
  }
}

function* validateAttributes(asked: ResourceAttributes | undefined): Findings {
  const field = 'spec.resourceAttributes';
  if (asked?.fieldSelector !== undefined) yield* validateSelector(asked.fieldSelector, `${field}.fieldSelector`);
  if (asked?.labelSelector !== undefined) yield* validateSelector(asked.labelSelector, `${field}.labelSelector`);
}

function* validateSelector(selector: FieldSelectorAttributes | LabelSelectorAttributes, field: string): Findings {
  const { rawSelector = '', requirements = [] } = selector;
  if (rawSelector !== '' && requirements.length > 0) {
    yield fieldInvalid(`${field}.rawSelector`, rawSelector, 'may not specified at the same time as requirements');
  }
  if (rawSelector === '' && requirements.length === 0) {
    const why = `when ${field} is specified, requirements or rawSelector is required`;
    yield fieldRequired(`${field}.requirements`, why);
  }
  for (const [index, { key, operator, values = [] }] of requirements.entries()) {
    const at = `${field}.requirements[${index}]`;
    if (key === '') yield fieldRequired(`${at}.key`, 'must be specified');
    if ((operator === 'In' || operator === 'NotIn') && values.length === 0) {
      yield fieldRequired(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
    }
    if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0) {
      yield {
        type: 'FieldValueForbidden',
        field: `${at}.values`,
        detail: "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
      };
    }
  }
}

function isEmpty(metadata: ObjectMeta | undefined, mayHaveNamespace: boolean): boolean {
  return Object.entries(metadata ?? {}).every(
    ([name, value]) =>
      value === undefined || value === '' || name === 'managedFields' || (mayHaveNamespace && name === 'namespace'),
  );
}

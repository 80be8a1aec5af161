import type {
  FieldSelectorAttributes,
  LocalSubjectAccessReview,
  SelfSubjectAccessReview,
  SelfSubjectAccessReviewSpec,
  SelfSubjectRulesReview,
  SubjectAccessReview,
  SubjectAccessReviewSpec,
} from '@wherry/api';
import { badRequest, formatFieldSelector, invalid, setOwn, type FieldError } from '@wherry/apimachinery';
import { jsonAnswer, type Answer, type RequestContext, type User } from '../../http/context.ts';
import { settleNamespace } from '../../registry/object-meta.ts';
import type { Registry } from '../../registry/registry.ts';
import type { Served } from '../../registry/served.ts';
import { decodeObject } from '../../verbs/decode-object.ts';
import type { Attributes } from '../authorizer.ts';
import { aggregate } from '../rbac/describe.ts';
import { validateEmptyMeta, validateLocal, validateSelf, validateSubject } from './validate-review.ts';

const GROUP = 'authorization.k8s.io';

/** POST subjectaccessreviews: may somebody do something. */
export async function reviewSubject(context: RequestContext, registry: Registry, served: Served): Promise<Answer> {
  const review = (await decodeObject(context, served)) as SubjectAccessReview;
  check([...validateSubject(review.spec), ...validateEmptyMeta(review.metadata)]);
  return answer(registry, review, subjectOf(review.spec));
}

/** POST localsubjectaccessreviews: the same in the namespace of the request. */
export async function reviewLocal(context: RequestContext, registry: Registry, served: Served): Promise<Answer> {
  const review = (await decodeObject(context, served)) as LocalSubjectAccessReview;
  const { namespace } = context.info;
  if (namespace === '') throw badRequest('namespace is required on this type: ');
  review.metadata ??= {} as LocalSubjectAccessReview['metadata'];
  settleNamespace(served, review.metadata, namespace);
  check([...validateLocal(review, namespace)]);
  return answer(registry, review, subjectOf(review.spec));
}

/** POST selfsubjectaccessreviews: may the sender do something (`kubectl auth can-i`). */
export async function reviewOwnAccess(context: RequestContext, registry: Registry, served: Served): Promise<Answer> {
  const review = (await decodeObject(context, served)) as SelfSubjectAccessReview;
  check([...validateSelf(review.spec), ...validateEmptyMeta(review.metadata)]);
  return answer(registry, review, context.user);
}

/** POST selfsubjectrulesreviews: what the sender may do in a namespace (`kubectl auth can-i --list`). */
export async function reviewOwnRules(context: RequestContext, registry: Registry, served: Served): Promise<Answer> {
  const review = (await decodeObject(context, served)) as SelfSubjectRulesReview;
  const namespace = review.spec?.namespace ?? '';
  if (namespace === '') throw badRequest('no namespace on request');
  const { errors, ...rules } = registry.authorizer.rulesFor(context.user, namespace);
  const status = { ...rules, ...(errors.length === 0 ? {} : { evaluationError: aggregate(errors) }) };
  return jsonAnswer(201, { ...review, metadata: review.metadata ?? {}, status });
}

function answer(
  registry: Registry,
  review: SubjectAccessReview | LocalSubjectAccessReview | SelfSubjectAccessReview,
  user: User,
): Answer {
  const { allowed, reason } = registry.authorizer.authorize(user, attributesOf(review.spec));
  const status = { allowed, ...(reason === '' ? {} : { reason }) };
  return jsonAnswer(201, { ...review, metadata: review.metadata ?? {}, status });
}

/** Throws 422. As upstream the kind is missing in the words. */
function check(errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid({ group: GROUP, kind: '' }, '', errors);
}

function subjectOf({ user = '', uid, groups = [], extra }: SubjectAccessReviewSpec): User {
  const lower: Record<string, readonly string[]> = {};
  for (const [key, values] of Object.entries(extra ?? {})) setOwn(lower, key.toLowerCase(), values);
  return {
    name: user,
    groups,
    ...(uid === undefined ? {} : { uid }),
    ...(extra === undefined ? {} : { extra: lower }),
  };
}

function attributesOf({ resourceAttributes, nonResourceAttributes }: SelfSubjectAccessReviewSpec): Attributes {
  const none = { group: '', resource: '', subresource: '', namespace: '', name: '' };
  if (resourceAttributes === undefined) {
    const { path = '', verb = '' } = nonResourceAttributes ?? {};
    return { isResource: false, verb, path, ...none };
  }
  const { verb = '', group = '', resource = '', subresource = '', namespace = '', name = '' } = resourceAttributes;
  const fieldSelector = selectorText(resourceAttributes.fieldSelector);
  return { isResource: true, path: '', verb, group, resource, subresource, namespace, name, fieldSelector };
}

/** Operators that we do not know narrow the request further, and are left out. */
function selectorText(selector: FieldSelectorAttributes | undefined): string | undefined {
  const { rawSelector = '', requirements = [] } = selector ?? {};
  if (requirements.length === 0) return rawSelector === '' ? undefined : rawSelector;
  return formatFieldSelector(
    requirements.flatMap(({ key, operator, values = [] }) =>
      values.length === 1 && (operator === 'In' || operator === 'NotIn')
        ? [{ field: key, op: operator === 'In' ? ('=' as const) : ('!=' as const), value: values[0]! }]
        : [],
    ),
  );
}

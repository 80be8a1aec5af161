import {
  fieldDuplicate,
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isDns1035Label,
  isDns1123Subdomain,
} from '@wherry/apimachinery';
import type {
  MutatingAdmissionPolicyBinding,
  ParamRef,
  ValidatingAdmissionPolicyBinding,
} from '../admissionregistration/admission-policy-binding.ts';
import type {
  AuditAnnotation,
  MutatingAdmissionPolicy,
  Mutation,
  ParamKind,
  ValidatingAdmissionPolicy,
  Validation,
  Variable,
} from '../admissionregistration/admission-policy.ts';
import { failurePolicies, matchConditions, matchResources, reinvocationPolicies } from './admission-rules.ts';
import { conditions } from './conditions.ts';
import { labelSelector } from './label-selector.ts';
import { byteLength } from './metadata.ts';
import { pathSegment } from './qualified-names.ts';
import { dnsSubdomain, oneOf, oneOfOrAbsent, qualifiedName, type Findings } from './value-rules.ts';

const maxAuditAnnotations = 20;
const maxValueExpressionBytes = 5 * 1024;
const reservedWords = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

export function* validatingPolicy({ metadata, spec }: ValidatingAdmissionPolicy): Findings {
  yield* commonRules(spec ?? {});
  const { validations = [], auditAnnotations = [] } = spec ?? {};
  if (validations.length === 0 && auditAnnotations.length === 0) {
    const detail = 'validations or auditAnnotations must contain at least one item';
    yield fieldRequired('spec.validations', detail);
    yield fieldRequired('spec.auditAnnotations', detail);
    return;
  }
  for (const [index, item] of validations.entries()) yield* validation(item, `spec.validations[${index}]`);
  const field = 'spec.auditAnnotations';
  if (auditAnnotations.length > maxAuditAnnotations) {
    yield fieldInvalid(field, auditAnnotations, `must not have more than ${maxAuditAnnotations} auditAnnotations`);
  }
  const keys = new Set<string>();
  for (const [index, item] of auditAnnotations.entries()) {
    yield* auditAnnotation(item, metadata.name ?? '', `${field}[${index}]`);
    if (keys.has(item.key)) yield fieldDuplicate(`${field}[${index}].key`, item.key);
    keys.add(item.key);
  }
}

export function* validatingPolicyStatus({ status }: ValidatingAdmissionPolicy): Findings {
  for (const [index, { warning, fieldRef }] of (status?.typeChecking?.expressionWarnings ?? []).entries()) {
    const at = `status.typeChecking.expressionWarnings[${index}]`;
    if (warning === '') yield fieldRequired(`${at}.warning`);
    if (fieldRef.trim() === '') yield fieldRequired(`${at}.fieldRef`);
  }
  yield* conditions(status?.conditions, 'status.conditions');
}

export function* mutatingPolicy({ spec }: MutatingAdmissionPolicy): Findings {
  yield* commonRules(spec ?? {});
  yield* oneOf(spec?.reinvocationPolicy, reinvocationPolicies, 'spec.reinvocationPolicy');
  const mutations = spec?.mutations ?? [];
  if (mutations.length === 0) yield fieldRequired('spec.mutations', 'mutations must contain at least one item');
  for (const [index, item] of mutations.entries()) yield* mutation(item, `spec.mutations[${index}]`);
}

type Common = Pick<
  MutatingAdmissionPolicy['spec'],
  'failurePolicy' | 'paramKind' | 'matchConstraints' | 'matchConditions' | 'variables'
>;

function* commonRules(spec: Common): Findings {
  yield* oneOf(spec.failurePolicy, failurePolicies, 'spec.failurePolicy');
  if (spec.paramKind !== undefined) yield* paramKind(spec.paramKind, 'spec.paramKind');
  const field = 'spec.matchConstraints';
  if (spec.matchConstraints === undefined) yield fieldRequired(field);
  else {
    yield* matchResources(spec.matchConstraints, field);
    if ((spec.matchConstraints.resourceRules ?? []).length === 0) yield fieldRequired(`${field}.resourceRules`);
  }
  yield* matchConditions(spec.matchConditions, 'spec.matchConditions');
  for (const [index, item] of (spec.variables ?? []).entries()) yield* variable(item, `spec.variables[${index}]`);
}

function* paramKind({ apiVersion = '', kind = '' }: ParamKind, field: string): Findings {
  const at = `${field}.apiVersion`;
  const parts = apiVersion.split('/');
  const [group, version] = parts.length === 1 ? ['', apiVersion] : [parts[0] ?? '', parts[1] ?? ''];
  if (apiVersion === '') yield fieldRequired(at);
  else if (parts.length > 2) {
    yield fieldInvalid(at, apiVersion, `unexpected GroupVersion string: ${apiVersion}`);
  } else {
    yield* joined(group === '' ? [] : isDns1123Subdomain(group), group, at);
    if (version === '') yield fieldInvalid(at, apiVersion, 'version must be specified');
    else yield* joined(isDns1035Label(version), version, at);
  }
  if (kind === '') yield fieldRequired(`${field}.kind`);
  else {
    const messages = isDns1035Label(kind.toLowerCase());
    const detail = `may have mixed case, but should otherwise match: ${messages.join(',')}`;
    if (messages.length > 0) yield fieldInvalid(`${field}.kind`, kind, detail);
  }
}

function* joined(messages: readonly string[], value: string, field: string): Findings {
  if (messages.length > 0) yield fieldInvalid(field, value, messages.join(','));
}

function* variable({ name, expression }: Variable, field: string): Findings {
  if (name.trim() === '') yield fieldRequired(`${field}.name`, 'name is not specified');
  else if (!/^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) || reservedWords.has(name)) {
    yield fieldInvalid(`${field}.name`, name, 'name is not a valid CEL identifier');
  }
  if (expression.trim() === '') yield fieldRequired(`${field}.expression`, 'expression is not specified');
}

function* validation(
  { expression, message = '', messageExpression = '', reason }: Validation,
  field: string,
): Findings {
  if (expression.trim() === '') yield fieldRequired(`${field}.expression`, 'expression is not specified');
  if (messageExpression !== '' && messageExpression.trim() === '') {
    yield fieldInvalid(`${field}.messageExpression`, messageExpression, 'must be non-empty if specified');
  }
  const at = `${field}.message`;
  if (message !== '' && message.trim() === '') {
    yield fieldInvalid(at, message, 'message must be non-empty if specified');
  } else if (/[\n\r]/.test(message.trim())) yield fieldInvalid(at, message, 'message must not contain line breaks');
  yield* oneOfOrAbsent(reason, ['Forbidden', 'Invalid', 'RequestEntityTooLarge'], `${field}.reason`);
}

function* auditAnnotation({ key, valueExpression }: AuditAnnotation, policy: string, field: string): Findings {
  if (policy === '') yield fieldInvalid(`${field}.key`, key, 'requires metadata.name be non-empty');
  else yield* qualifiedName(`${policy}/${key}`, `${field}.key`);
  const expression = valueExpression.trim();
  const at = `${field}.valueExpression`;
  if (expression === '') yield fieldRequired(at, 'valueExpression is not specified');
  else if (byteLength(expression) > maxValueExpressionBytes) {
    yield fieldRequired(at, `must not exceed ${maxValueExpressionBytes} bytes in length`);
  }
}

function* mutation({ patchType, applyConfiguration, jsonPatch }: Mutation, field: string): Findings {
  const parts = { ApplyConfiguration: applyConfiguration, JSONPatch: jsonPatch } as const;
  const names = { ApplyConfiguration: 'applyConfiguration', JSONPatch: 'jsonPatch' } as const;
  if (patchType === '') yield fieldRequired(`${field}.patchType`);
  else if (patchType !== 'ApplyConfiguration' && patchType !== 'JSONPatch') {
    yield fieldNotSupported(`${field}.patchType`, patchType, ['ApplyConfiguration', 'JSONPatch']);
  } else {
    const at = `${field}.${names[patchType]}`;
    const other = patchType === 'JSONPatch' ? 'ApplyConfiguration' : 'JSONPatch';
    if (parts[other] !== undefined) {
      yield fieldForbidden(`${field}.${names[other]}`, `must not be specified when patchType is ${patchType}`);
    }
    if (parts[patchType] === undefined) yield fieldRequired(at, `must be specified when patchType is ${patchType}`);
    else if ((parts[patchType].expression ?? '').trim() === '') {
      yield fieldRequired(`${at}.expression`, 'expression is not specified');
    }
  }
}

export function* validatingBinding({ spec }: ValidatingAdmissionPolicyBinding): Findings {
  yield* bindingRules(spec);
  const field = 'spec.validationActions';
  const actions = spec.validationActions;
  for (const [index, action] of actions.entries()) {
    if (!['Audit', 'Deny', 'Warn'].includes(action)) {
      yield fieldNotSupported(`${field}[${index}]`, action, ['Audit', 'Deny', 'Warn']);
    }
    if (actions.indexOf(action) < index) yield fieldDuplicate(`${field}[${index}]`, action);
  }
  if (actions.includes('Deny') && actions.includes('Warn')) {
    const detail =
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';
    yield fieldInvalid(field, actions, detail);
  }
  if (actions.length === 0) yield fieldRequired(field, 'at least one validation action is required');
}

export const mutatingBinding = ({ spec }: MutatingAdmissionPolicyBinding): Findings => bindingRules(spec ?? {});

/** `matchResouces` is spelled so in upstream's messages. */
function* bindingRules(spec: MutatingAdmissionPolicyBinding['spec']): Findings {
  const policy = spec.policyName ?? '';
  if (policy === '') yield fieldRequired('spec.policyName');
  else yield* dnsSubdomain(policy, 'spec.policyName');
  if (spec.paramRef !== undefined) yield* paramRef(spec.paramRef, 'spec.paramRef');
  yield* matchResources(spec.matchResources, 'spec.matchResouces');
}

function* paramRef({ name = '', selector, parameterNotFoundAction: action = '' }: ParamRef, field: string): Findings {
  const exclusive = 'name and selector are mutually exclusive';
  if (name !== '') {
    yield* pathSegment(name, `${field}.name`);
    if (selector !== undefined) yield fieldForbidden(`${field}.name`, exclusive);
  }
  if (selector !== undefined) {
    yield* labelSelector(selector, `${field}.selector`);
    if (name !== '') yield fieldForbidden(`${field}.selector`, exclusive);
  }
  if (name === '' && selector === undefined) yield fieldRequired(field, 'one of name or selector must be specified');
  yield* oneOf(action, ['Deny', 'Allow'], `${field}.parameterNotFoundAction`);
}

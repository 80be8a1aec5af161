import {
  Condition,
  LabelSelector,
  ObjectMeta,
  int64,
  list,
  object,
  optional,
  required,
  stored,
  string,
  type Static,
} from '@wherry/apimachinery';
import { MatchCondition } from './webhook-configuration.ts';

export const AuditAnnotation = object('io.k8s.api.admissionregistration.v1.AuditAnnotation', {
  key: required(string, 'The end of the annotation’s key, after the name of the policy.'),
  valueExpression: required(string, 'A CEL expression for its value.'),
});
export type AuditAnnotation = Static<typeof AuditAnnotation>;

export const NamedRuleWithOperations = object(
  'io.k8s.api.admissionregistration.v1.NamedRuleWithOperations',
  {
    apiGroups: optional(list(string, { listType: 'atomic' }), 'Groups; `*` is all.'),
    apiVersions: optional(list(string, { listType: 'atomic' }), 'Versions; `*` is all.'),
    operations: optional(list(string, { listType: 'atomic' }), 'CREATE, UPDATE, DELETE, CONNECT, or `*`.'),
    resourceNames: optional(list(string, { listType: 'atomic' }), 'Only objects of these names.'),
    resources: optional(list(string, { listType: 'atomic' }), 'Resources, `/` before a subresource; `*` is all.'),
    scope: optional(string, 'Cluster, Namespaced, or `*` (the default).'),
  },
  { mapType: 'atomic' },
);
export type NamedRuleWithOperations = Static<typeof NamedRuleWithOperations>;

export const MatchResources = object(
  'io.k8s.api.admissionregistration.v1.MatchResources',
  {
    excludeResourceRules: optional(
      list(NamedRuleWithOperations, { listType: 'atomic' }),
      'Requests that are left out.',
    ),
    matchPolicy: optional(string, 'Exact, or Equivalent (the default): by any version of the same resource.'),
    namespaceSelector: optional(LabelSelector, 'Namespaces by their labels.'),
    objectSelector: optional(LabelSelector, 'Objects by their labels.'),
    resourceRules: optional(list(NamedRuleWithOperations, { listType: 'atomic' }), 'Requests.'),
  },
  { mapType: 'atomic' },
);
export type MatchResources = Static<typeof MatchResources>;

export const ParamKind = object(
  'io.k8s.api.admissionregistration.v1.ParamKind',
  {
    apiVersion: optional(string, 'The group and version of the parameters.'),
    kind: optional(string, 'Their kind.'),
  },
  { mapType: 'atomic' },
);
export type ParamKind = Static<typeof ParamKind>;

export const Validation = object('io.k8s.api.admissionregistration.v1.Validation', {
  expression: required(string, 'A CEL expression that must be true.'),
  message: optional(string, 'What is said when it is not.'),
  messageExpression: optional(string, 'A CEL expression for what is said.'),
  reason: optional(string, 'Forbidden, Invalid (the default) or RequestEntityTooLarge.'),
});
export type Validation = Static<typeof Validation>;

export const Variable = object(
  'io.k8s.api.admissionregistration.v1.Variable',
  {
    expression: required(string, 'A CEL expression.'),
    name: required(string, 'The name under which others use it.'),
  },
  { mapType: 'atomic' },
);
export type Variable = Static<typeof Variable>;

export const ValidatingAdmissionPolicySpec = object(
  'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicySpec',
  {
    auditAnnotations: optional(list(AuditAnnotation, { listType: 'atomic' }), 'What is added to the audit log.'),
    failurePolicy: optional(string, 'What follows when it cannot be told: Fail (the default) or Ignore.'),
    matchConditions: optional(
      list(MatchCondition, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge', patchMergeKey: 'name' }),
      'CEL expressions that must be true of the request.',
    ),
    matchConstraints: optional(MatchResources, 'Which requests it is about.'),
    paramKind: optional(ParamKind, 'The kind of its parameters.'),
    validations: optional(list(Validation, { listType: 'atomic' }), 'What must be true.'),
    variables: optional(
      list(Variable, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge', patchMergeKey: 'name' }),
      'Expressions with names, for use in the others.',
    ),
  },
);
export type ValidatingAdmissionPolicySpec = Static<typeof ValidatingAdmissionPolicySpec>;

export const ExpressionWarning = object('io.k8s.api.admissionregistration.v1.ExpressionWarning', {
  fieldRef: required(string, 'The path of the expression.'),
  warning: required(string, 'What is odd about it.'),
});
export type ExpressionWarning = Static<typeof ExpressionWarning>;

export const TypeChecking = object('io.k8s.api.admissionregistration.v1.TypeChecking', {
  expressionWarnings: optional(list(ExpressionWarning, { listType: 'atomic' }), 'What is odd about which expressions.'),
});
export type TypeChecking = Static<typeof TypeChecking>;

export const ValidatingAdmissionPolicyStatus = object(
  'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyStatus',
  {
    conditions: optional(list(Condition, { listType: 'map', mapKeys: ['type'] }), 'What is known of it.'),
    observedGeneration: optional(int64, 'The generation this is about.'),
    typeChecking: optional(TypeChecking, 'What checking the types of its expressions found.'),
  },
);
export type ValidatingAdmissionPolicyStatus = Static<typeof ValidatingAdmissionPolicyStatus>;

export const ValidatingAdmissionPolicy = object(
  'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicy',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: stored(ValidatingAdmissionPolicySpec, 'What is wanted.'),
    status: optional(ValidatingAdmissionPolicyStatus, 'What was last observed.'),
  },
  { doc: 'Says in CEL what must be true of objects.' },
);
export type ValidatingAdmissionPolicy = Static<typeof ValidatingAdmissionPolicy>;

export const ApplyConfiguration = object('io.k8s.api.admissionregistration.v1.ApplyConfiguration', {
  expression: optional(string, 'A CEL expression for an object that is merged in.'),
});
export type ApplyConfiguration = Static<typeof ApplyConfiguration>;

export const JSONPatch = object('io.k8s.api.admissionregistration.v1.JSONPatch', {
  expression: optional(string, 'A CEL expression for a list of patch operations.'),
});
export type JSONPatch = Static<typeof JSONPatch>;

export const Mutation = object('io.k8s.api.admissionregistration.v1.Mutation', {
  applyConfiguration: optional(ApplyConfiguration, 'For ApplyConfiguration.'),
  jsonPatch: optional(JSONPatch, 'For JSONPatch.'),
  patchType: required(string, 'ApplyConfiguration or JSONPatch.'),
});
export type Mutation = Static<typeof Mutation>;

export const MutatingAdmissionPolicySpec = object('io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicySpec', {
  failurePolicy: optional(string, 'What follows when it cannot be told: Fail (the default) or Ignore.'),
  matchConditions: optional(
    list(MatchCondition, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge', patchMergeKey: 'name' }),
    'CEL expressions that must be true of the request.',
  ),
  matchConstraints: optional(MatchResources, 'Which requests it is about.'),
  mutations: optional(list(Mutation, { listType: 'atomic' }), 'What is changed, in this order.'),
  paramKind: optional(ParamKind, 'The kind of its parameters.'),
  reinvocationPolicy: optional(string, 'Never or IfNeeded: again after others have changed the object.'),
  variables: optional(list(Variable, { listType: 'atomic' }), 'Expressions with names, for use in the others.'),
});
export type MutatingAdmissionPolicySpec = Static<typeof MutatingAdmissionPolicySpec>;

export const MutatingAdmissionPolicy = object(
  'io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicy',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: stored(MutatingAdmissionPolicySpec, 'What is wanted.'),
  },
  { doc: 'Says in CEL how objects are changed.' },
);
export type MutatingAdmissionPolicy = Static<typeof MutatingAdmissionPolicy>;

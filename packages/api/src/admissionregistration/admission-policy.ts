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
  key: required(string),
  valueExpression: required(string),
});
export type AuditAnnotation = Static<typeof AuditAnnotation>;

export const NamedRuleWithOperations = object(
  'io.k8s.api.admissionregistration.v1.NamedRuleWithOperations',
  {
    apiGroups: optional(list(string, { listType: 'atomic' })),
    apiVersions: optional(list(string, { listType: 'atomic' })),
    operations: optional(list(string, { listType: 'atomic' })),
    resourceNames: optional(list(string, { listType: 'atomic' })),
    resources: optional(list(string, { listType: 'atomic' })),
    scope: optional(string),
  },
  { mapType: 'atomic' },
);
export type NamedRuleWithOperations = Static<typeof NamedRuleWithOperations>;

export const MatchResources = object(
  'io.k8s.api.admissionregistration.v1.MatchResources',
  {
    excludeResourceRules: optional(list(NamedRuleWithOperations, { listType: 'atomic' })),
    matchPolicy: optional(string),
    namespaceSelector: optional(LabelSelector),
    objectSelector: optional(LabelSelector),
    resourceRules: optional(list(NamedRuleWithOperations, { listType: 'atomic' })),
  },
  { mapType: 'atomic' },
);
export type MatchResources = Static<typeof MatchResources>;

export const ParamKind = object(
  'io.k8s.api.admissionregistration.v1.ParamKind',
  {
    apiVersion: optional(string),
    kind: optional(string),
  },
  { mapType: 'atomic' },
);
export type ParamKind = Static<typeof ParamKind>;

export const Validation = object('io.k8s.api.admissionregistration.v1.Validation', {
  expression: required(string),
  message: optional(string),
  messageExpression: optional(string),
  reason: optional(string),
});
export type Validation = Static<typeof Validation>;

export const Variable = object(
  'io.k8s.api.admissionregistration.v1.Variable',
  {
    expression: required(string),
    name: required(string),
  },
  { mapType: 'atomic' },
);
export type Variable = Static<typeof Variable>;

export const ValidatingAdmissionPolicySpec = object(
  'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicySpec',
  {
    auditAnnotations: optional(list(AuditAnnotation, { listType: 'atomic' })),
    failurePolicy: optional(string),
    matchConditions: optional(
      list(MatchCondition, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge', patchMergeKey: 'name' }),
    ),
    matchConstraints: optional(MatchResources),
    paramKind: optional(ParamKind),
    validations: optional(list(Validation, { listType: 'atomic' })),
    variables: optional(
      list(Variable, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge', patchMergeKey: 'name' }),
    ),
  },
);
export type ValidatingAdmissionPolicySpec = Static<typeof ValidatingAdmissionPolicySpec>;

export const ExpressionWarning = object('io.k8s.api.admissionregistration.v1.ExpressionWarning', {
  fieldRef: required(string),
  warning: required(string),
});
export type ExpressionWarning = Static<typeof ExpressionWarning>;

export const TypeChecking = object('io.k8s.api.admissionregistration.v1.TypeChecking', {
  expressionWarnings: optional(list(ExpressionWarning, { listType: 'atomic' })),
});
export type TypeChecking = Static<typeof TypeChecking>;

export const ValidatingAdmissionPolicyStatus = object(
  'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyStatus',
  {
    conditions: optional(list(Condition, { listType: 'map', mapKeys: ['type'] })),
    observedGeneration: optional(int64),
    typeChecking: optional(TypeChecking),
  },
);
export type ValidatingAdmissionPolicyStatus = Static<typeof ValidatingAdmissionPolicyStatus>;

export const ValidatingAdmissionPolicy = object('io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicy', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  spec: stored(ValidatingAdmissionPolicySpec, 'What is wanted.'),
  status: optional(ValidatingAdmissionPolicyStatus, 'What was last observed.'),
});
export type ValidatingAdmissionPolicy = Static<typeof ValidatingAdmissionPolicy>;

export const ApplyConfiguration = object('io.k8s.api.admissionregistration.v1.ApplyConfiguration', {
  expression: optional(string),
});
export type ApplyConfiguration = Static<typeof ApplyConfiguration>;

export const JSONPatch = object('io.k8s.api.admissionregistration.v1.JSONPatch', {
  expression: optional(string),
});
export type JSONPatch = Static<typeof JSONPatch>;

export const Mutation = object('io.k8s.api.admissionregistration.v1.Mutation', {
  applyConfiguration: optional(ApplyConfiguration),
  jsonPatch: optional(JSONPatch),
  patchType: required(string),
});
export type Mutation = Static<typeof Mutation>;

export const MutatingAdmissionPolicySpec = object('io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicySpec', {
  failurePolicy: optional(string),
  matchConditions: optional(
    list(MatchCondition, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge', patchMergeKey: 'name' }),
  ),
  matchConstraints: optional(MatchResources),
  mutations: optional(list(Mutation, { listType: 'atomic' })),
  paramKind: optional(ParamKind),
  reinvocationPolicy: optional(string),
  variables: optional(list(Variable, { listType: 'atomic' })),
});
export type MutatingAdmissionPolicySpec = Static<typeof MutatingAdmissionPolicySpec>;

export const MutatingAdmissionPolicy = object('io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicy', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  spec: stored(MutatingAdmissionPolicySpec, 'What is wanted.'),
});
export type MutatingAdmissionPolicy = Static<typeof MutatingAdmissionPolicy>;

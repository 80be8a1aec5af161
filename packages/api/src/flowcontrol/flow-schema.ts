import {
  ObjectMeta,
  boolean,
  int32,
  list,
  object,
  optional,
  required,
  stored,
  string,
  time,
  type Static,
} from '@wherry/apimachinery';

export const FlowDistinguisherMethod = object('io.k8s.api.flowcontrol.v1.FlowDistinguisherMethod', {
  type: required(string),
});
export type FlowDistinguisherMethod = Static<typeof FlowDistinguisherMethod>;

export const PriorityLevelConfigurationReference = object(
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationReference',
  {
    name: required(string),
  },
);
export type PriorityLevelConfigurationReference = Static<typeof PriorityLevelConfigurationReference>;

export const NonResourcePolicyRule = object('io.k8s.api.flowcontrol.v1.NonResourcePolicyRule', {
  nonResourceURLs: required(list(string, { listType: 'set' })),
  verbs: required(list(string, { listType: 'set' })),
});
export type NonResourcePolicyRule = Static<typeof NonResourcePolicyRule>;

export const ResourcePolicyRule = object('io.k8s.api.flowcontrol.v1.ResourcePolicyRule', {
  apiGroups: required(list(string, { listType: 'set' })),
  clusterScope: optional(boolean),
  namespaces: optional(list(string, { listType: 'set' })),
  resources: required(list(string, { listType: 'set' })),
  verbs: required(list(string, { listType: 'set' })),
});
export type ResourcePolicyRule = Static<typeof ResourcePolicyRule>;

export const GroupSubject = object('io.k8s.api.flowcontrol.v1.GroupSubject', {
  name: required(string),
});
export type GroupSubject = Static<typeof GroupSubject>;

export const ServiceAccountSubject = object('io.k8s.api.flowcontrol.v1.ServiceAccountSubject', {
  name: required(string),
  namespace: required(string),
});
export type ServiceAccountSubject = Static<typeof ServiceAccountSubject>;

export const UserSubject = object('io.k8s.api.flowcontrol.v1.UserSubject', {
  name: required(string),
});
export type UserSubject = Static<typeof UserSubject>;

export const FlowControlSubject = object('io.k8s.api.flowcontrol.v1.Subject', {
  group: optional(GroupSubject),
  kind: required(string),
  serviceAccount: optional(ServiceAccountSubject),
  user: optional(UserSubject),
});
export type FlowControlSubject = Static<typeof FlowControlSubject>;

export const PolicyRulesWithSubjects = object('io.k8s.api.flowcontrol.v1.PolicyRulesWithSubjects', {
  nonResourceRules: optional(list(NonResourcePolicyRule, { listType: 'atomic' })),
  resourceRules: optional(list(ResourcePolicyRule, { listType: 'atomic' })),
  subjects: required(list(FlowControlSubject, { listType: 'atomic' })),
});
export type PolicyRulesWithSubjects = Static<typeof PolicyRulesWithSubjects>;

export const FlowSchemaSpec = object('io.k8s.api.flowcontrol.v1.FlowSchemaSpec', {
  distinguisherMethod: optional(FlowDistinguisherMethod),
  matchingPrecedence: optional(int32),
  priorityLevelConfiguration: required(PriorityLevelConfigurationReference),
  rules: optional(list(PolicyRulesWithSubjects, { listType: 'atomic' })),
});
export type FlowSchemaSpec = Static<typeof FlowSchemaSpec>;

export const FlowSchemaCondition = object('io.k8s.api.flowcontrol.v1.FlowSchemaCondition', {
  lastTransitionTime: optional(time),
  message: optional(string),
  reason: optional(string),
  status: optional(string),
  type: optional(string),
});
export type FlowSchemaCondition = Static<typeof FlowSchemaCondition>;

export const FlowSchemaStatus = object('io.k8s.api.flowcontrol.v1.FlowSchemaStatus', {
  conditions: optional(
    list(FlowSchemaCondition, { listType: 'map', mapKeys: ['type'], patchStrategy: 'merge', patchMergeKey: 'type' }),
  ),
});
export type FlowSchemaStatus = Static<typeof FlowSchemaStatus>;

export const FlowSchema = object('io.k8s.api.flowcontrol.v1.FlowSchema', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  spec: stored(FlowSchemaSpec, 'What is wanted.'),
  status: optional(FlowSchemaStatus, 'What was last observed.'),
});
export type FlowSchema = Static<typeof FlowSchema>;

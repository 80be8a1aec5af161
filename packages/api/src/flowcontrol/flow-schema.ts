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
  type: required(string, 'ByUser or ByNamespace.'),
});
export type FlowDistinguisherMethod = Static<typeof FlowDistinguisherMethod>;

export const PriorityLevelConfigurationReference = object(
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationReference',
  {
    name: required(string, 'The level.'),
  },
);
export type PriorityLevelConfigurationReference = Static<typeof PriorityLevelConfigurationReference>;

export const NonResourcePolicyRule = object('io.k8s.api.flowcontrol.v1.NonResourcePolicyRule', {
  nonResourceURLs: required(
    list(string, { listType: 'set' }),
    'Paths that are no resources, `/*` at the end for all below.',
  ),
  verbs: required(list(string, { listType: 'set' }), 'Verbs, or `*`.'),
});
export type NonResourcePolicyRule = Static<typeof NonResourcePolicyRule>;

export const ResourcePolicyRule = object('io.k8s.api.flowcontrol.v1.ResourcePolicyRule', {
  apiGroups: required(list(string, { listType: 'set' }), 'Groups, or `*`.'),
  clusterScope: optional(boolean, 'Whether requests without a namespace match.'),
  namespaces: optional(list(string, { listType: 'set' }), 'Namespaces, or `*`.'),
  resources: required(list(string, { listType: 'set' }), 'Resources, or `*`.'),
  verbs: required(list(string, { listType: 'set' }), 'Verbs, or `*`.'),
});
export type ResourcePolicyRule = Static<typeof ResourcePolicyRule>;

export const GroupSubject = object('io.k8s.api.flowcontrol.v1.GroupSubject', {
  name: required(string, 'The group, or `*`.'),
});
export type GroupSubject = Static<typeof GroupSubject>;

export const ServiceAccountSubject = object('io.k8s.api.flowcontrol.v1.ServiceAccountSubject', {
  name: required(string, 'The account, or `*`.'),
  namespace: required(string, 'Its namespace.'),
});
export type ServiceAccountSubject = Static<typeof ServiceAccountSubject>;

export const UserSubject = object('io.k8s.api.flowcontrol.v1.UserSubject', {
  name: required(string, 'The user, or `*`.'),
});
export type UserSubject = Static<typeof UserSubject>;

export const FlowControlSubject = object(
  'io.k8s.api.flowcontrol.v1.Subject',
  {
    group: optional(GroupSubject, 'For Group.'),
    kind: required(string, 'User, Group or ServiceAccount.'),
    serviceAccount: optional(ServiceAccountSubject, 'For ServiceAccount.'),
    user: optional(UserSubject, 'For User.'),
  },
  { union: { discriminator: 'kind', fields: ['group', 'serviceAccount', 'user'] } },
);
export type FlowControlSubject = Static<typeof FlowControlSubject>;

export const PolicyRulesWithSubjects = object('io.k8s.api.flowcontrol.v1.PolicyRulesWithSubjects', {
  nonResourceRules: optional(
    list(NonResourcePolicyRule, { listType: 'atomic' }),
    'Requests for paths that are no resources.',
  ),
  resourceRules: optional(list(ResourcePolicyRule, { listType: 'atomic' }), 'Requests for resources.'),
  subjects: required(list(FlowControlSubject, { listType: 'atomic' }), 'Who asks.'),
});
export type PolicyRulesWithSubjects = Static<typeof PolicyRulesWithSubjects>;

export const FlowSchemaSpec = object('io.k8s.api.flowcontrol.v1.FlowSchemaSpec', {
  distinguisherMethod: optional(FlowDistinguisherMethod, 'What its flows differ in; one flow when absent.'),
  matchingPrecedence: optional(int32, '1 to 10000; lower ones are asked first.'),
  priorityLevelConfiguration: required(PriorityLevelConfigurationReference, 'The level its requests have.'),
  rules: optional(
    list(PolicyRulesWithSubjects, { listType: 'atomic' }),
    'Which requests it is about: those that match any of these.',
  ),
});
export type FlowSchemaSpec = Static<typeof FlowSchemaSpec>;

export const FlowSchemaCondition = object('io.k8s.api.flowcontrol.v1.FlowSchemaCondition', {
  lastTransitionTime: optional(time, 'When its status last changed.'),
  message: optional(string, 'Why, for people.'),
  reason: optional(string, 'Why, in one word.'),
  status: optional(string, 'True, False or Unknown.'),
  type: optional(string, 'What it is about.'),
});
export type FlowSchemaCondition = Static<typeof FlowSchemaCondition>;

export const FlowSchemaStatus = object('io.k8s.api.flowcontrol.v1.FlowSchemaStatus', {
  conditions: optional(
    list(FlowSchemaCondition, { listType: 'map', mapKeys: ['type'], patchStrategy: 'merge', patchMergeKey: 'type' }),
    'What is known of it.',
  ),
});
export type FlowSchemaStatus = Static<typeof FlowSchemaStatus>;

export const FlowSchema = object(
  'io.k8s.api.flowcontrol.v1.FlowSchema',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: stored(FlowSchemaSpec, 'What is wanted.'),
    status: optional(FlowSchemaStatus, 'What was last observed.'),
  },
  { doc: 'Says which requests have which priority level.' },
);
export type FlowSchema = Static<typeof FlowSchema>;

import {
  ObjectMeta,
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

export const ExemptPriorityLevelConfiguration = object('io.k8s.api.flowcontrol.v1.ExemptPriorityLevelConfiguration', {
  lendablePercent: optional(int32),
  nominalConcurrencyShares: optional(int32),
});
export type ExemptPriorityLevelConfiguration = Static<typeof ExemptPriorityLevelConfiguration>;

export const QueuingConfiguration = object('io.k8s.api.flowcontrol.v1.QueuingConfiguration', {
  handSize: optional(int32),
  queueLengthLimit: optional(int32),
  queues: optional(int32),
});
export type QueuingConfiguration = Static<typeof QueuingConfiguration>;

export const LimitResponse = object('io.k8s.api.flowcontrol.v1.LimitResponse', {
  queuing: optional(QueuingConfiguration),
  type: required(string),
});
export type LimitResponse = Static<typeof LimitResponse>;

export const LimitedPriorityLevelConfiguration = object('io.k8s.api.flowcontrol.v1.LimitedPriorityLevelConfiguration', {
  borrowingLimitPercent: optional(int32),
  lendablePercent: optional(int32),
  limitResponse: optional(LimitResponse),
  nominalConcurrencyShares: optional(int32),
});
export type LimitedPriorityLevelConfiguration = Static<typeof LimitedPriorityLevelConfiguration>;

export const PriorityLevelConfigurationSpec = object('io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationSpec', {
  exempt: optional(ExemptPriorityLevelConfiguration),
  limited: optional(LimitedPriorityLevelConfiguration),
  type: required(string),
});
export type PriorityLevelConfigurationSpec = Static<typeof PriorityLevelConfigurationSpec>;

export const PriorityLevelConfigurationCondition = object(
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationCondition',
  {
    lastTransitionTime: optional(time),
    message: optional(string),
    reason: optional(string),
    status: optional(string),
    type: optional(string),
  },
);
export type PriorityLevelConfigurationCondition = Static<typeof PriorityLevelConfigurationCondition>;

export const PriorityLevelConfigurationStatus = object('io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationStatus', {
  conditions: optional(
    list(PriorityLevelConfigurationCondition, {
      listType: 'map',
      mapKeys: ['type'],
      patchStrategy: 'merge',
      patchMergeKey: 'type',
    }),
  ),
});
export type PriorityLevelConfigurationStatus = Static<typeof PriorityLevelConfigurationStatus>;

export const PriorityLevelConfiguration = object('io.k8s.api.flowcontrol.v1.PriorityLevelConfiguration', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  spec: stored(PriorityLevelConfigurationSpec, 'What is wanted.'),
  status: optional(PriorityLevelConfigurationStatus, 'What was last observed.'),
});
export type PriorityLevelConfiguration = Static<typeof PriorityLevelConfiguration>;

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
  lendablePercent: optional(int32, 'How much of its share others may use.'),
  nominalConcurrencyShares: optional(int32, 'Its share of the seats.'),
});
export type ExemptPriorityLevelConfiguration = Static<typeof ExemptPriorityLevelConfiguration>;

export const QueuingConfiguration = object('io.k8s.api.flowcontrol.v1.QueuingConfiguration', {
  handSize: optional(int32, 'Among how many queues a flow chooses.'),
  queueLengthLimit: optional(int32, 'How many requests may wait in one queue.'),
  queues: optional(int32, 'How many queues it has.'),
});
export type QueuingConfiguration = Static<typeof QueuingConfiguration>;

export const LimitResponse = object(
  'io.k8s.api.flowcontrol.v1.LimitResponse',
  {
    queuing: optional(QueuingConfiguration, 'For Queue.'),
    type: required(string, 'Queue or Reject: what follows when there is no seat.'),
  },
  { union: { discriminator: 'type', fields: ['queuing'] } },
);
export type LimitResponse = Static<typeof LimitResponse>;

export const LimitedPriorityLevelConfiguration = object('io.k8s.api.flowcontrol.v1.LimitedPriorityLevelConfiguration', {
  borrowingLimitPercent: optional(
    int32,
    'How much it may use of others, in percent of its own share; no limit when absent.',
  ),
  lendablePercent: optional(int32, 'How much of its share others may use.'),
  limitResponse: optional(LimitResponse, 'What follows when there is no seat.'),
  nominalConcurrencyShares: optional(int32, 'Its share of the seats; 30 when absent.'),
});
export type LimitedPriorityLevelConfiguration = Static<typeof LimitedPriorityLevelConfiguration>;

export const PriorityLevelConfigurationSpec = object(
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationSpec',
  {
    exempt: optional(ExemptPriorityLevelConfiguration, 'For Exempt.'),
    limited: optional(LimitedPriorityLevelConfiguration, 'For Limited.'),
    type: required(string, 'Exempt or Limited.'),
  },
  { union: { discriminator: 'type', fields: ['exempt', 'limited'] } },
);
export type PriorityLevelConfigurationSpec = Static<typeof PriorityLevelConfigurationSpec>;

export const PriorityLevelConfigurationCondition = object(
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationCondition',
  {
    lastTransitionTime: optional(time, 'When its status last changed.'),
    message: optional(string, 'Why, for people.'),
    reason: optional(string, 'Why, in one word.'),
    status: optional(string, 'True, False or Unknown.'),
    type: optional(string, 'What it is about.'),
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
    'What is known of it.',
  ),
});
export type PriorityLevelConfigurationStatus = Static<typeof PriorityLevelConfigurationStatus>;

export const PriorityLevelConfiguration = object(
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfiguration',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: stored(PriorityLevelConfigurationSpec, 'What is wanted.'),
    status: optional(PriorityLevelConfigurationStatus, 'What was last observed.'),
  },
  { doc: 'A share of the requests that are served at a time.' },
);
export type PriorityLevelConfiguration = Static<typeof PriorityLevelConfiguration>;

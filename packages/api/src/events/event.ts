import {
  ObjectMeta,
  int32,
  microTime,
  object,
  optional,
  required,
  stored,
  string,
  time,
  type Static,
} from '@wherry/apimachinery';
import { EventSource } from '../core/event.ts';
import { ObjectReference } from '../core/references.ts';

export const EventsV1EventSeries = object('io.k8s.api.events.v1.EventSeries', {
  count: required(int32),
  lastObservedTime: required(microTime),
});
export type EventsV1EventSeries = Static<typeof EventsV1EventSeries>;

export const EventsV1Event = object(
  'io.k8s.api.events.v1.Event',
  {
    action: optional(string, 'What was done or tried.'),
    apiVersion: optional(string, 'The group and version of this representation.'),
    deprecatedCount: optional(int32, 'How often it was seen, in the older form.'),
    deprecatedFirstTimestamp: optional(time, 'When it was first seen, in the older form.'),
    deprecatedLastTimestamp: optional(time, 'When it was last seen, in the older form.'),
    deprecatedSource: optional(EventSource, 'Who reports it, in the older form.'),
    eventTime: required(microTime, 'When it was first seen.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    note: optional(string, 'What happened, for people.'),
    reason: optional(string, 'Why, in one word for machines.'),
    regarding: optional(ObjectReference, 'What it is about.'),
    related: optional(ObjectReference, 'A second object that it is about.'),
    reportingController: optional(string, 'Who reports it.'),
    reportingInstance: optional(string, 'Which instance reports it.'),
    series: optional(EventsV1EventSeries, 'Facts about repetitions.'),
    type: optional(string, 'Normal or Warning.'),
  },
  { doc: 'Something that happened to an object. It is kept for a while.' },
);
export type EventsV1Event = Static<typeof EventsV1Event>;

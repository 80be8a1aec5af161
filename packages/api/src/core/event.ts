import {
  ObjectMeta,
  int32,
  microTime,
  object,
  optional,
  required,
  string,
  time,
  type Static,
} from '@wherry/apimachinery';
import { ObjectReference } from './references.ts';

export const EventSeries = object('io.k8s.api.core.v1.EventSeries', {
  count: optional(int32),
  lastObservedTime: optional(microTime),
});
export type EventSeries = Static<typeof EventSeries>;

export const EventSource = object('io.k8s.api.core.v1.EventSource', {
  component: optional(string),
  host: optional(string),
});
export type EventSource = Static<typeof EventSource>;

export const Event = object(
  'io.k8s.api.core.v1.Event',
  {
    action: optional(string, 'What was done or tried.'),
    apiVersion: optional(string, 'The group and version of this representation.'),
    count: optional(int32, 'How often it was seen.'),
    eventTime: optional(microTime, 'When it was first seen, in microseconds.'),
    firstTimestamp: optional(time, 'When it was first seen.'),
    involvedObject: required(ObjectReference, 'What it is about.'),
    kind: optional(string, 'The kind of this representation.'),
    lastTimestamp: optional(time, 'When it was last seen.'),
    message: optional(string, 'What happened, for people.'),
    metadata: required(ObjectMeta, 'Name, labels and what else every object has.'),
    reason: optional(string, 'Why, in one word for machines.'),
    related: optional(ObjectReference, 'A second object that it is about.'),
    reportingComponent: optional(string, 'Who reports it.'),
    reportingInstance: optional(string, 'Which instance reports it.'),
    series: optional(EventSeries, 'Facts about repetitions.'),
    source: optional(EventSource, 'Who reports it, in the older form.'),
    type: optional(string, 'Normal or Warning.'),
  },
  { doc: 'Something that happened to an object. It is kept for a while.' },
);
export type Event = Static<typeof Event>;

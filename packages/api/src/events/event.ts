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

export const EventsV1Event = object('io.k8s.api.events.v1.Event', {
  action: optional(string),
  apiVersion: optional(string),
  deprecatedCount: optional(int32),
  deprecatedFirstTimestamp: optional(time),
  deprecatedLastTimestamp: optional(time),
  deprecatedSource: optional(EventSource),
  eventTime: required(microTime),
  kind: optional(string),
  metadata: stored(ObjectMeta),
  note: optional(string),
  reason: optional(string),
  regarding: optional(ObjectReference),
  related: optional(ObjectReference),
  reportingController: optional(string),
  reportingInstance: optional(string),
  series: optional(EventsV1EventSeries),
  type: optional(string),
});
export type EventsV1Event = Static<typeof EventsV1Event>;

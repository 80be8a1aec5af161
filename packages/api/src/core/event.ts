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

export const Event = object('io.k8s.api.core.v1.Event', {
  action: optional(string),
  apiVersion: optional(string),
  count: optional(int32),
  eventTime: optional(microTime),
  firstTimestamp: optional(time),
  involvedObject: required(ObjectReference),
  kind: optional(string),
  lastTimestamp: optional(time),
  message: optional(string),
  metadata: required(ObjectMeta),
  reason: optional(string),
  related: optional(ObjectReference),
  reportingComponent: optional(string),
  reportingInstance: optional(string),
  series: optional(EventSeries),
  source: optional(EventSource),
  type: optional(string),
});
export type Event = Static<typeof Event>;

import type { KubeObject } from '@wherry/apimachinery';
import type { Event, EventsV1Event } from '@wherry/api';
import type { Conversion } from './served.ts';

/** events.k8s.io/v1 over core/v1: the same object with other names for some of its fields. */
export const eventsV1Conversion: Conversion = {
  toStorage(object: KubeObject): Event {
    const {
      regarding,
      note,
      deprecatedCount,
      deprecatedFirstTimestamp,
      deprecatedLastTimestamp,
      deprecatedSource,
      reportingController,
      ...rest
    } = object as EventsV1Event;
    return {
      ...rest,
      kind: 'Event',
      apiVersion: 'v1',
      involvedObject: regarding ?? {},
      message: note,
      count: deprecatedCount,
      firstTimestamp: deprecatedFirstTimestamp,
      lastTimestamp: deprecatedLastTimestamp,
      source: deprecatedSource,
      reportingComponent: reportingController,
    };
  },
  fromStorage(object: KubeObject): EventsV1Event {
    const { involvedObject, message, count, firstTimestamp, lastTimestamp, source, reportingComponent, ...rest } =
      object as Event;
    const { series, eventTime, ...same } = rest;
    return {
      ...same,
      kind: 'Event',
      apiVersion: 'events.k8s.io/v1',
      // Events of the older API have none; the field is not optional here.
      eventTime: eventTime ?? (null as unknown as string),
      series: series && {
        count: series.count ?? 0,
        lastObservedTime: series.lastObservedTime ?? (null as unknown as string),
      },
      regarding: involvedObject,
      note: message,
      deprecatedCount: count,
      deprecatedFirstTimestamp: firstTimestamp,
      deprecatedLastTimestamp: lastTimestamp,
      deprecatedSource: source,
      reportingController: reportingComponent,
    };
  },
};

import type { Event } from '../core/event.ts';
import type { EventsV1Event } from '../events/event.ts';
import type { ObjectReference } from '../core/references.ts';
import type { Column } from '../resource.ts';
import { ageSince, nameColumn } from './age.ts';

/** What both groups' events say, under the core group's names. */
interface EventFacts {
  name: string;
  subject: ObjectReference | undefined;
  component: string | undefined;
  host: string | undefined;
  message: string | undefined;
  reason: string | undefined;
  type: string | undefined;
  first: string | undefined;
  last: string | undefined;
  eventTime: string | undefined;
  seriesLast: string | undefined;
  count: number;
}

export const eventColumns: readonly Column<Event>[] = columnsOf((event) => ({
  name: event.metadata.name,
  subject: event.involvedObject,
  component: event.source?.component || event.reportingComponent,
  host: event.source?.host || event.reportingInstance,
  message: event.message,
  reason: event.reason,
  type: event.type,
  first: event.firstTimestamp,
  last: event.lastTimestamp,
  eventTime: event.eventTime,
  seriesLast: event.series?.lastObservedTime,
  count: event.series?.count ?? event.count ?? 0,
}));

export const eventsV1Columns: readonly Column<EventsV1Event>[] = columnsOf((event) => ({
  name: event.metadata.name,
  subject: event.regarding,
  component: event.deprecatedSource?.component || event.reportingController,
  host: event.deprecatedSource?.host || event.reportingInstance,
  message: event.note,
  reason: event.reason,
  type: event.type,
  first: event.deprecatedFirstTimestamp,
  last: event.deprecatedLastTimestamp,
  eventTime: event.eventTime,
  seriesLast: event.series?.lastObservedTime,
  count: event.series?.count ?? event.deprecatedCount ?? 0,
}));

function columnsOf<T extends Event | EventsV1Event>(facts: (event: T) => EventFacts): Column<T>[] {
  const column = (
    name: string,
    priority: 0 | 1,
    description: string,
    cell: (event: EventFacts, now: Date) => string | number,
  ): Column<T> => ({ name, type: 'string', description, priority, cell: (event, now) => cell(facts(event), now) });
  return [
    column('Last Seen', 0, 'When it was last seen.', lastSeen),
    column('Type', 0, 'Normal or Warning.', (event) => event.type ?? ''),
    column('Reason', 0, 'Why, in one word for machines.', (event) => event.reason ?? ''),
    column('Object', 0, 'What it is about.', object),
    column('Subobject', 1, 'The part of the object.', (event) => event.subject?.fieldPath ?? ''),
    column('Source', 1, 'Who reported it.', source),
    column('Message', 0, 'What happened, for people.', (event) => (event.message ?? '').trim()),
    column('First Seen', 1, 'When it was first seen.', firstSeen),
    {
      ...column('Count', 1, 'How often it was seen.', (event) => (event.count === 0 ? 1 : event.count)),
      type: 'string',
    },
    { ...nameColumn, priority: 1 },
  ];
}

function object(event: EventFacts): string {
  const kind = (event.subject?.kind ?? '').toLowerCase();
  const name = event.subject?.name ?? '';
  return name === '' ? kind : `${kind}/${name}`;
}

function source(event: EventFacts): string {
  const component = event.component ?? '';
  const host = event.host ?? '';
  return host === '' ? component : `${component}, ${host}`;
}

function firstSeen(event: EventFacts, now: Date): string {
  return ageSince(event.first ?? event.eventTime, now);
}

function lastSeen(event: EventFacts, now: Date): string {
  if (event.seriesLast !== undefined) return ageSince(event.seriesLast, now);
  return event.last === undefined ? firstSeen(event, now) : ageSince(event.last, now);
}

import type { Event } from '@wherry/api';
import { ageOf } from '../printing/age.ts';
import type { Page } from './page.ts';

/** The Events section; `events` are those about the described object. */
export function eventLines(page: Page, events: readonly Event[], now: Date): void {
  if (events.length === 0) {
    page.line(0, 'Events:\t<none>');
    return;
  }
  page.add('Events:\n  Type\tReason\tAge\tFrom\tMessage\n');
  page.line(1, '----\t------\t----\t----\t-------');
  for (const event of events.toSorted((a, b) => (timeOf(a) < timeOf(b) ? -1 : timeOf(a) > timeOf(b) ? 1 : 0))) {
    const from = event.source?.component || event.reportingComponent || '';
    const message = (event.message ?? '').trim().replaceAll('\n', '\n\t\t\t\t');
    page.line(1, `${event.type ?? ''}\t${event.reason ?? ''}\t${intervalOf(event, now)}\t${from}\t${message}`);
  }
}

function timeOf(event: Event): string {
  return String(event.series?.lastObservedTime || event.lastTimestamp || event.eventTime || '');
}

/** How long ago, and how often over which time: `5s (x3 over 2m)`. */
export function intervalOf(event: Event, now: Date): string {
  const first = ageOf((event.eventTime || event.firstTimestamp) ?? undefined, now);
  if (event.series) {
    return `${ageOf(event.series.lastObservedTime, now)} (x${event.series.count} over ${first})`;
  }
  if ((event.count ?? 0) > 1) return `${ageOf(event.lastTimestamp, now)} (x${event.count} over ${first})`;
  return first;
}

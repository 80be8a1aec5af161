import type { Event, EventSource, ObjectReference } from '@wherry/api';
import { formatTime } from './timestamps.ts';

/** One thing that happened, before it is known whether it is news. */
export interface Occurrence {
  readonly object: ObjectReference;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly source: EventSource;
}

export type Correlated =
  | { readonly action: 'create'; readonly event: Event }
  | { readonly action: 'patch'; readonly event: Event; readonly patch: Partial<Event> }
  | { readonly action: 'drop' };

/** Upstream's numbers (client-go, events_cache.go). */
const maxSimilar = 10;
const similarWindowMs = 600_000;
const burst = 25;
const refillMs = 300_000;
const maxKeys = 4_096;

interface Similar {
  readonly messages: Set<string>;
  lastMs: number;
}
interface Bucket {
  tokens: number;
  lastMs: number;
}

/**
 * Decides what becomes of an occurrence: the same again counts up; more than ten different messages of one reason
 * within ten minutes become one combined event; an object of which too much is said is heard once per five minutes.
 */
export class EventCorrelator {
  readonly #similar = new Map<string, Similar>();
  readonly #known = new Map<string, Event>();
  readonly #buckets = new Map<string, Bucket>();

  correlate(said: Occurrence, nowMs: number): Correlated {
    const base = JSON.stringify([said.source, referenceKey(said.object), said.type, said.reason]);
    const message = this.#aggregate(base, said.message, nowMs);
    const key = message === said.message ? `${base} ${message}` : base;
    if (!this.#allow(JSON.stringify([said.source, referenceKey(said.object)]), nowMs)) return { action: 'drop' };
    const known = this.#known.get(key);
    if (known === undefined) {
      const event = newEvent({ ...said, message }, nowMs);
      remember(this.#known, key, event);
      return { action: 'create', event };
    }
    const patch = { count: (known.count ?? 1) + 1, lastTimestamp: formatTime(nowMs), message };
    const event = { ...known, ...patch };
    remember(this.#known, key, event);
    return { action: 'patch', event, patch };
  }

  #aggregate(key: string, message: string, nowMs: number): string {
    let entry = this.#similar.get(key);
    if (entry === undefined || nowMs - entry.lastMs > similarWindowMs) entry = { messages: new Set(), lastMs: nowMs };
    if (entry.messages.size < maxSimilar || entry.messages.has(message)) entry.messages.add(message);
    const combined = !entry.messages.has(message);
    entry.lastMs = nowMs;
    remember(this.#similar, key, entry);
    return combined ? `(combined from similar events): ${message}` : message;
  }

  #allow(key: string, nowMs: number): boolean {
    const bucket = this.#buckets.get(key) ?? { tokens: burst, lastMs: nowMs };
    bucket.tokens = Math.min(burst, bucket.tokens + (nowMs - bucket.lastMs) / refillMs);
    bucket.lastMs = nowMs;
    remember(this.#buckets, key, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }
}

function referenceKey(object: ObjectReference): string {
  return JSON.stringify([object.kind, object.namespace, object.name, object.fieldPath, object.uid, object.apiVersion]);
}

function newEvent(said: Occurrence, nowMs: number): Event {
  const namespace = said.object.namespace || 'default';
  const time = formatTime(nowMs);
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${said.object.name}.${nanoseconds(nowMs).toString(16)}`, namespace },
    involvedObject: said.object,
    reason: said.reason,
    message: said.message,
    source: said.source,
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
    type: said.type,
    reportingComponent: said.source.component,
    reportingInstance: said.source.host ?? '',
  };
}

function nanoseconds(ms: number): bigint {
  return BigInt(Math.floor(ms)) * 1_000_000n + BigInt(Math.floor((ms % 1) * 1_000_000));
}

/** Keeps the last `maxKeys` used; a Map iterates in the order of insertion. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= maxKeys) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    break;
  }
}

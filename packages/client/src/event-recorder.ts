import { setTimeout as sleep } from 'node:timers/promises';
import { isAlreadyExists, isNotFound, StatusError, type KubeObject } from '@wherry/apimachinery';
import { events, type Event, type ObjectReference } from '@wherry/api';
import { EventCorrelator, type Correlated } from './event-correlator.ts';
import { objectReference } from './object-key.ts';
import type { ResourceClient } from './resource-client.ts';
import type { RestClient } from './rest-client.ts';

export interface EventRecorderOptions {
  readonly host?: string | undefined;
  /** Milliseconds since the epoch, with fractions. */
  readonly now?: (() => number) | undefined;
  /** Told of events that could not be written. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

const maxQueued = 2_000;
const laneCount = 8;
const maxTries = 5;
const maxMessageLength = 1_024;

type Write = Exclude<Correlated, { action: 'drop' }>;
interface Lane {
  readonly queue: Write[];
  draining: Promise<void> | undefined;
}

/**
 * Writes Events in the background, those of one object one after another. Never throws; when the apiserver lags, the
 * newest are dropped.
 */
export class EventRecorder {
  readonly #events: ResourceClient<Event>;
  readonly #source: { component: string; host?: string };
  readonly #now: () => number;
  readonly #onError: (error: unknown) => void;
  readonly #correlator = new EventCorrelator();
  readonly #lanes: readonly Lane[] = Array.from({ length: laneCount }, () => ({ queue: [], draining: undefined }));
  #queued = 0;

  constructor(client: RestClient, component: string, options: EventRecorderOptions = {}) {
    this.#events = client.resource(events);
    this.#source = options.host === undefined ? { component } : { component, host: options.host };
    this.#now = options.now ?? (() => performance.timeOrigin + performance.now());
    this.#onError = options.onError ?? (() => undefined);
  }

  event(object: KubeObject | ObjectReference, type: 'Normal' | 'Warning', reason: string, message: string): void {
    const reference = 'metadata' in object ? objectReference(object) : object;
    const text = message.length > maxMessageLength ? `${message.slice(0, maxMessageLength - 4)} ...` : message;
    const said = { object: reference, type, reason, message: text, source: this.#source };
    if (this.#queued >= maxQueued) return;
    const correlated = this.#correlator.correlate(said, this.#now());
    if (correlated.action === 'drop') return;
    const lane = this.#laneOf(reference);
    lane.queue.push(correlated);
    this.#queued++;
    lane.draining ??= this.#drain(lane);
  }

  /** Resolves when all that was said so far is written or given up, or after `timeoutMs`. */
  async flush(timeoutMs = 2_000): Promise<void> {
    const late = new AbortController();
    const timeout = sleep(timeoutMs, undefined, { signal: late.signal }).catch(() => undefined);
    const drained = (async () => {
      while (this.#queued > 0 && !late.signal.aborted)
        await Promise.all(this.#lanes.flatMap((lane) => lane.draining ?? []));
    })();
    await Promise.race([drained, timeout]);
    late.abort();
  }

  #laneOf({ namespace = '', name = '', uid = '' }: ObjectReference): Lane {
    let hash = 0;
    for (const letter of namespace + name + uid) hash = (hash * 31 + letter.charCodeAt(0)) % 65_521;
    return this.#lanes[hash % laneCount] as Lane;
  }

  async #drain(lane: Lane): Promise<void> {
    for (let next = lane.queue.shift(); next !== undefined; next = lane.queue.shift()) {
      await this.#writePatiently(next);
      this.#queued--;
    }
    // At once, not when the promise settles: an event said in between must start another.
    lane.draining = undefined;
  }

  async #writePatiently(next: Write): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await this.#write(next);
        return;
      } catch (error) {
        const final = error instanceof StatusError && error.code < 500 && error.code !== 429;
        if (final || tries >= maxTries) {
          this.#onError(error);
          return;
        }
        await sleep(100 * 4 ** (tries - 1), undefined, { ref: false });
      }
    }
  }

  async #write(correlated: Write): Promise<void> {
    const { event } = correlated;
    const { name, namespace } = event.metadata;
    if (correlated.action === 'patch') {
      try {
        await this.#events.patch(name, correlated.patch, { type: 'strategic', namespace });
        return;
      } catch (error) {
        // Events expire while we remember them.
        if (!isNotFound(error)) throw error;
      }
    }
    try {
      await this.#events.create(event);
    } catch (error) {
      // Our own, whose answer was lost.
      if (!isAlreadyExists(error)) throw error;
    }
  }
}

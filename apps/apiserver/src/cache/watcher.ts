import type { Entry } from './entry.ts';
import type { CacheEvent } from './watch-cache.ts';

export type FrameType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** How a watcher's events look on the wire. Views with the same `name` produce the same bytes, made once per event. */
export interface FrameView {
  readonly name: string;
  frame(type: FrameType, entry: Entry): Buffer;
}

/** Where frames go. `write` tells whether the connection can still take them; if not the watch is cut off. */
export interface FrameSink {
  write(bytes: Buffer): boolean;
  end(): void;
}

/** One watch on one cache: filters events, collects their frames during a batch and writes them at its end. */
export class Watcher {
  /** Which events can concern it: '' all, else a namespace or an indexed value. */
  readonly bucket: string;
  readonly #matches: ((entry: Entry) => boolean) | undefined;
  readonly #view: FrameView;
  readonly #sink: FrameSink;
  #pending: Buffer[] = [];
  #revision: number;

  constructor(
    bucket: string,
    matches: ((entry: Entry) => boolean) | undefined,
    view: FrameView,
    sink: FrameSink,
    revision: number,
  ) {
    this.bucket = bucket;
    this.#matches = matches;
    this.#view = view;
    this.#sink = sink;
    this.#revision = revision;
  }

  /** The revision of the last event that was looked at. */
  get revision(): number {
    return this.#revision;
  }

  /**
   * Takes an event newer than all before; `frames` shares the encoded frames between watchers.
   * @returns whether it is the first that waits to be written.
   */
  offer(event: CacheEvent, frames: Map<string, Buffer>): boolean {
    if (event.revision <= this.#revision) return false;
    const seen = classify(event, this.#matches);
    if (seen === undefined) return false;
    const name = `${seen} ${this.#view.name}`;
    let frame = frames.get(name);
    if (frame === undefined) {
      const gone = seen === 'DELETED' && !event.deleted && event.previous !== undefined;
      const entry = gone ? event.previous!.at(event.revision) : event.entry;
      frame = this.#view.frame(seen, entry);
      frames.set(name, frame);
    }
    return this.#pending.push(frame) === 1;
  }

  /** Events up to here have been offered. */
  advance(revision: number): void {
    this.#revision = Math.max(this.#revision, revision);
  }

  flush(): void {
    if (this.#pending.length === 0) return;
    const bytes = this.#pending.length === 1 ? this.#pending[0]! : Buffer.concat(this.#pending);
    this.#pending = [];
    if (!this.#sink.write(bytes)) this.end();
  }

  end(): void {
    this.#sink.end();
  }
}

/** What an event is to a watch with a selector: an object that starts or stops matching is added or deleted. */
export function classify(event: CacheEvent, matches: ((entry: Entry) => boolean) | undefined): FrameType | undefined {
  const { entry, previous, deleted } = event;
  const matched = previous !== undefined && (matches?.(previous) ?? true);
  if (deleted) return matched ? 'DELETED' : undefined;
  const matching = matches?.(entry) ?? true;
  if (matching) return matched ? 'MODIFIED' : 'ADDED';
  return matched ? 'DELETED' : undefined;
}

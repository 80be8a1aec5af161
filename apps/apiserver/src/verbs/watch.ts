import { statusError, type Status } from '@wherry/apimachinery';
import type { Entry } from '../cache/entry.ts';
import { readHistory } from '../cache/history.ts';
import { Watcher } from '../cache/watcher.ts';
import type { CacheEvent } from '../cache/watch-cache.ts';
import { isTurnOver, nextTurn } from '../cache/turns.ts';
import { abort, drained, isGone } from '../http/connection.ts';
import type { Answer, RequestContext, Response } from '../http/context.ts';
import { statusOf } from '../http/respond.ts';
import { booleanOf, integerOf } from '../http/query-values.ts';
import type { Registry } from '../registry/registry.ts';
import type { Served } from '../registry/served.ts';
import { selectReadView } from '../views/select-view.ts';
import type { View } from '../views/view.ts';
import { checkWatchOptions } from './check-options.ts';
import { reach, requestedRevision } from './resource-version.ts';
import { selectEntries, selectionOf, type Selection } from './selection.ts';

/** Bytes that may wait for a watcher that does not read; then it is cut off and has to list again. */
const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;
const BOOKMARK_MS = 60_000;
/** As upstream: one more before the time is up, so that the client goes on from there. */
const LAST_BOOKMARK_MS = 2_000;
const STEP_ENTRIES = 16;
const WRITE_BYTES = 64 * 1024;
const DEFAULT_TIMEOUT_SECONDS = 1_800;
const MAX_TIMEOUT_SECONDS = 24 * 3_600;

interface WatchOptions {
  revision: number | undefined;
  bookmarks: boolean;
  /** sendInitialEvents: undefined when not given. */
  initialEvents: boolean | undefined;
  timeoutMs: number;
}

export async function watch(context: RequestContext, registry: Registry, served: Served): Promise<Answer> {
  const view = await selectReadView(context, served, 'watch');
  const selection = selectionOf(context, served);
  const options = optionsOf(context);
  const { hub } = registry;
  if (!hub.reachable) {
    throw statusError(503, 'ServiceUnavailable', 'the store has no leader', { retryAfterSeconds: 1 });
  }
  const fromNow = options.initialEvents || options.revision === undefined || options.revision === 0;
  await reach(hub, options.initialEvents ? undefined : options.revision);
  // The snapshot is taken within this turn, so it is of this revision.
  const revision = fromNow ? hub.revision : options.revision!;
  const initial = fromNow && options.initialEvents !== false ? await selectEntries(served, selection) : [];
  const run = new WatchRun(context, registry, served, selection, view, options);
  return { stream: (response) => run.stream(response, initial, revision) };
}

/** One watch response: the state to begin with, then what happened since, then what happens. */
class WatchRun {
  readonly #context: RequestContext;
  readonly #registry: Registry;
  readonly #served: Served;
  readonly #matches: Selection['matches'];
  readonly #bucket: string;
  readonly #namespace: string | undefined;
  readonly #view: View;
  readonly #options: WatchOptions;

  constructor(
    context: RequestContext,
    registry: Registry,
    served: Served,
    selection: Selection,
    view: View,
    options: WatchOptions,
  ) {
    this.#context = context;
    this.#registry = registry;
    this.#served = served;
    this.#matches = selection.key === undefined ? selection.matches : both(selection);
    this.#bucket = selection.bucket;
    this.#namespace = selection.namespace;
    this.#view = view;
    this.#options = options;
  }

  async stream(response: Response, initial: readonly Entry[], revision: number): Promise<void> {
    const view = this.#view;
    response.writeHead(200, { 'content-type': view.watchContentType, 'cache-control': 'no-cache, private' });
    response.flushHeaders();
    await writeAll(response, initial, view);
    if (this.#options.initialEvents && this.#options.bookmarks) {
      response.write(view.bookmark(revision, { 'k8s.io/initial-events-end': 'true' }));
    }
    let reached: number;
    try {
      reached = await this.#catchUp(response, revision);
    } catch (error) {
      response.end(this.#view.failure(this.#tooOld(error, revision)));
      return;
    }
    await this.#join(response, reached);
  }

  /** Shows what the ring no longer has, from the store's history. @returns a revision from which the ring goes on. */
  async #catchUp(response: Response, from: number): Promise<number> {
    const { cache } = this.#served;
    let reached = from;
    while (reached < cache.ringFloor && !isGone(response)) {
      const history = await readHistory(this.#registry.hub, cache, reached, this.#namespace);
      const watcher = new Watcher(
        this.#bucket,
        this.#matches,
        this.#view,
        { write: (bytes) => response.write(bytes), end() {} },
        reached,
      );
      this.#offer(watcher, history.events);
      watcher.flush();
      reached = history.revision;
      if (response.writableNeedDrain) await drained(response);
    }
    return reached;
  }

  /** Follows the cache until the client goes, the time is up, or the client is too slow. */
  #join(response: Response, revision: number): Promise<void> {
    const { cache } = this.#served;
    const { hub } = this.#registry;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timers: NodeJS.Timeout[] = [];
    let over = false;
    const end = () => {
      if (over) return;
      over = true;
      cache.removeWatcher(watcher);
      for (const timer of timers) clearTimeout(timer);
      if (response.writableLength > MAX_BUFFERED_BYTES) abort(response);
      else if (!isGone(response)) response.end();
      resolve();
    };
    const write = (bytes: Buffer): boolean => {
      if (over || isGone(response)) return false;
      response.write(bytes);
      return response.writableLength <= MAX_BUFFERED_BYTES;
    };
    const watcher = new Watcher(this.#bucket, this.#matches, this.#view, { write, end }, revision);
    // Nothing is awaited from here to addWatcher, so no event comes between.
    this.#offer(watcher, cache.eventsAfter(revision));
    watcher.flush();
    cache.addWatcher(watcher);
    response.once('close', end);
    this.#context.signal.addEventListener('abort', end, { once: true });
    if (isGone(response) || this.#context.signal.aborted) end();
    timers.push(setTimeout(end, this.#options.timeoutMs));
    if (this.#options.bookmarks) {
      const bookmark = () => {
        // It says that everything up to its revision was sent.
        watcher.flush();
        if (!write(this.#view.bookmark(hub.revision))) end();
      };
      timers.push(setInterval(bookmark, BOOKMARK_MS));
      const last = this.#options.timeoutMs - LAST_BOOKMARK_MS;
      if (last > 0) timers.push(setTimeout(bookmark, last));
    }
    for (const timer of timers) timer.unref();
    return promise;
  }

  /** Past events are those of the whole resource; what is not of this watch's bucket is none of its business. */
  #offer(watcher: Watcher, events: readonly CacheEvent[]): void {
    const { cache } = this.#served;
    for (const event of events) if (cache.concerns(this.#bucket, event)) watcher.offer(event, new Map());
  }

  #tooOld(error: unknown, revision: number): Status {
    const status = statusOf(error);
    if (status.code !== 410) return status;
    return statusError(410, 'Expired', `too old resource version: ${revision} (${this.#served.cache.ringFloor})`)
      .status;
  }
}

/** The state to begin with, many objects to a write. */
async function writeAll(response: Response, entries: readonly Entry[], view: View): Promise<void> {
  let pending: Buffer[] = [];
  let size = 0;
  let count = 0;
  for (const entry of entries) {
    const frame = view.frame('ADDED', entry);
    pending.push(frame);
    size += frame.length;
    const late = ++count % STEP_ENTRIES === 0 && isTurnOver();
    if (size < WRITE_BYTES && !late) continue;
    if (isGone(response)) return;
    const more = response.write(Buffer.concat(pending, size));
    pending = [];
    size = 0;
    if (!more) await drained(response);
    // That the connection takes more need not mean that the event loop has turned.
    if (isTurnOver()) await nextTurn();
  }
  if (size > 0 && !isGone(response)) response.write(Buffer.concat(pending, size));
}

function both({ key, matches }: Selection): (entry: Entry) => boolean {
  return (entry) => entry.key === key && (matches?.(entry) ?? true);
}

function optionsOf(context: RequestContext): WatchOptions {
  const { query } = context;
  checkWatchOptions(query);
  const wanted = Math.min(Math.max(0, integerOf(query, 'timeoutSeconds') ?? 0), MAX_TIMEOUT_SECONDS);
  // Spread, so that watches do not all come back at once.
  const timeoutSeconds = wanted || DEFAULT_TIMEOUT_SECONDS * (1 + Math.random());
  return {
    revision: requestedRevision(context),
    bookmarks: booleanOf(query, 'allowWatchBookmarks') ?? false,
    initialEvents: booleanOf(query, 'sendInitialEvents'),
    timeoutMs: timeoutSeconds * 1_000,
  };
}

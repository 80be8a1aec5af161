import { randomInt } from 'node:crypto';
import { Cache } from '../core/cache.ts';
import { FLAG_CHECKING_DISABLED, RCODE } from '../core/codes.ts';
import { encodeQuery, readRelayed, type Relayed } from '../core/relay.ts';
import type { Request } from '../core/request.ts';
import { Upstreams, type Upstream } from '../core/upstreams.ts';
import { exchangeTcp, exchangeUdp } from './exchange.ts';

export interface ForwarderOptions {
  readonly upstreams: readonly Upstream[];
  readonly maxConcurrent: number;
  readonly cacheSize: number;
  readonly cacheMaxTtl: number;
  readonly tryTimeoutMs?: number | undefined;
  readonly observe?: ForwardObserver | undefined;
  readonly now?: (() => number) | undefined;
}

export interface ForwardObserver {
  cache(hit: boolean): void;
  asked(to: Upstream, rcode: number | 'failed', seconds: number): void;
  rejected(): void;
}

/** An answer of somebody else, and for how long it has been kept here. */
export interface Forwarded {
  readonly relayed: Relayed;
  readonly ageSeconds: number;
}

const maxCacheBytes = 16 * 1_024 * 1_024;
const maxTries = 4;
const defaultTryTimeoutMs = 2_000;
/** Clients ask again after five seconds. */
const totalTimeoutMs = 5_000;

/** Questions to other servers: what they said is kept for as long as they allow, and nobody is asked twice at a time. */
export class Forwarder {
  readonly #options: ForwarderOptions;
  readonly #upstreams: Upstreams;
  readonly #cache: Cache<Relayed>;
  readonly #open = new Map<string, Promise<Relayed | undefined>>();
  readonly #now: () => number;
  /** Set when questions come back to us: then nobody is asked any more. */
  looping = false;

  constructor(options: ForwarderOptions) {
    this.#options = options;
    this.#upstreams = new Upstreams(options.upstreams);
    this.#now = options.now ?? (() => performance.now());
    this.#cache = new Cache({
      maxEntries: options.cacheSize,
      maxBytes: maxCacheBytes,
      maxTtl: options.cacheMaxTtl,
    });
  }

  get cacheEntries(): number {
    return this.#cache.size;
  }
  get openQuestions(): number {
    return this.#open.size;
  }

  /** What is kept of an answer. */
  kept(request: Request): Forwarded | undefined {
    const found = this.#cache.get(keyOf(request), this.#now());
    this.#options.observe?.cache(found !== undefined);
    return found === undefined ? undefined : { relayed: found.value, ageSeconds: found.ageSeconds };
  }

  /** Asks. @returns undefined when nobody answers, or too much is being asked already */
  async ask(request: Request): Promise<Forwarded | undefined> {
    if (this.#upstreams.size === 0 || this.looping) return undefined;
    const key = keyOf(request);
    let open = this.#open.get(key);
    if (open === undefined) {
      if (this.#open.size >= this.#options.maxConcurrent) {
        this.#options.observe?.rejected();
        return undefined;
      }
      open = this.#askAll(key, request).finally(() => this.#open.delete(key));
      this.#open.set(key, open);
    }
    const relayed = await open;
    return relayed === undefined ? undefined : { relayed, ageSeconds: 0 };
  }

  async #askAll(key: string, request: Request): Promise<Relayed | undefined> {
    const startMs = this.#now();
    const order = this.#upstreams.order(startMs);
    for (let index = 0; index < Math.min(maxTries, Math.max(2, order.length)); index++) {
      const upstream = order[index % order.length] as Upstream;
      const leftMs = startMs + totalTimeoutMs - this.#now();
      if (leftMs < 50) return undefined;
      const relayed = await this.#askOne(upstream, request, leftMs);
      if (relayed === undefined) continue;
      this.#keep(key, relayed);
      return relayed;
    }
    return undefined;
  }

  async #askOne(upstream: Upstream, request: Request, leftMs: number): Promise<Relayed | undefined> {
    const startMs = this.#now();
    const timeoutMs = Math.min(leftMs, this.#options.tryTimeoutMs ?? defaultTryTimeoutMs);
    const query = encodeQuery(randomInt(65_536), request.question, request);
    const accept = (message: Buffer): Relayed | undefined => readRelayed(message, query);
    const observe = (result: number | 'failed'): void =>
      this.#options.observe?.asked(upstream, result, (this.#now() - startMs) / 1_000);
    try {
      const first = await exchangeUdp(upstream, query, accept, timeoutMs);
      const relayed = first.truncated ? await exchangeTcp(upstream, query, accept, timeoutMs) : first;
      this.#upstreams.answered(upstream);
      observe(relayed.rcode);
      return relayed;
    } catch {
      // Whatever it was (time, no route, nobody there, a broken answer), the next one is asked.
      this.#upstreams.failed(upstream, this.#now());
      observe('failed');
      return undefined;
    }
  }

  #keep(key: string, relayed: Relayed): void {
    if (relayed.truncated || relayed.rcode === RCODE.SERVFAIL) return;
    // A copy: the message is a part of a much larger buffer that would be kept along.
    const own = { ...relayed, bytes: Buffer.from(relayed.bytes) };
    this.#cache.set(key, own, { ttl: relayed.ttl, bytes: own.bytes.length + 200 }, this.#now());
  }
}

function keyOf({ labels, type, flags, edns }: Request): string {
  const variant = (edns?.dnssecOk === true ? 1 : 0) + ((flags & FLAG_CHECKING_DISABLED) === 0 ? 0 : 2);
  return `${variant} ${type} ${labels.map((label) => `${label.length}.${label}`).join('')}`;
}

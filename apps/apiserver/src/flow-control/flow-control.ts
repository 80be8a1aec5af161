import { createHash } from 'node:crypto';
import {
  flowSchemas,
  priorityLevelConfigurations,
  type FlowSchema,
  type PriorityLevelConfiguration,
  type Resource,
} from '@wherry/api';
import { tooManyRequests } from '@wherry/apimachinery';
import type { User } from '../http/context.ts';
import type { RequestInfo } from '../http/request-info.ts';
import { findServed, type Registry } from '../registry/registry.ts';
import { classify, inOrder } from './classify.ts';
import { FairQueues, type LevelLimits } from './fair-queues.ts';

/** A place among the requests being worked on; to be given back once. */
export interface Seat {
  /** Told to the client: X-Kubernetes-PF-FlowSchema-UID and -PriorityLevel-UID. */
  readonly headers: Readonly<Record<string, string>>;
  release(): void;
}

/** Where the configuration is read from: the caches of its two kinds. */
export interface Configuration {
  /** Another number after every change. */
  lastChange(): number;
  schemas(): FlowSchema[];
  levels(): PriorityLevelConfiguration[];
}

export interface FlowControlOptions {
  /** Requests worked on at a time, of all levels that are limited. */
  readonly totalSeats: number;
  /** How long a request may wait for its turn. */
  readonly maxWaitMs: number;
}

interface Level {
  readonly uid: string;
  readonly name: string;
  readonly generation: string;
  /** Absent: exempt, never limited. */
  readonly queues: FairQueues | undefined;
}

/**
 * API priority and fairness (KEP-1040): FlowSchemas sort requests into flows, PriorityLevelConfigurations say how many
 * of a level are worked on at a time and how the others wait. The configuration is the API's own objects, read from
 * their caches; without any (before they are made at the first start) nothing is limited.
 */
export class FlowControl {
  readonly #configuration: Configuration;
  readonly #options: FlowControlOptions;
  #schemas: readonly FlowSchema[] = [];
  #levels = new Map<string, Level>();
  #seen = -1;

  constructor(configuration: Configuration, options: FlowControlOptions) {
    this.#configuration = configuration;
    this.#options = options;
  }

  /** For metrics. */
  *levels(): Iterable<{ name: string; inUse: number; waiting: number; seats: number }> {
    for (const { name, queues } of this.#levels.values()) {
      if (queues) yield { name, inUse: queues.inUse, waiting: queues.waiting, seats: queues.limits.seats };
    }
  }

  /** A seat for a request, at once or when its turn comes. Throws 429 when there is no room to wait, or it took too long. */
  acquire(user: User, info: RequestInfo, signal: () => AbortSignal): Seat | Promise<Seat> {
    this.#refresh();
    const flow = classify(this.#schemas, user, info);
    const level = flow && this.#levels.get(flow.schema.spec.priorityLevelConfiguration.name);
    if (flow === undefined || level === undefined) return free;
    const headers = {
      'x-kubernetes-pf-flowschema-uid': flow.schema.metadata.uid ?? '',
      'x-kubernetes-pf-prioritylevel-uid': level.uid,
    };
    const { queues } = level;
    if (queues === undefined) return { headers, release: () => undefined };
    const seat: Seat = { headers, release: () => this.#release(queues) };
    if (queues.waiting === 0 && queues.canRun(this.#idleBeside(queues))) {
      queues.take();
      return seat;
    }
    return this.#wait(queues, hashOf(flow.schema.metadata.name, flow.distinguisher), seat, signal());
  }

  #wait(queues: FairQueues, hash: number, seat: Seat, signal: AbortSignal): Promise<Seat> {
    return new Promise((resolve, reject) => {
      const waiter = {
        run: () => {
          end();
          resolve(seat);
        },
      };
      const giveUp = () => {
        if (!queues.remove(waiter)) return;
        end();
        reject(refused());
      };
      const timer = setTimeout(giveUp, this.#options.maxWaitMs);
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      if (queues.enqueue(hash, waiter)) return;
      end();
      reject(refused());
    });
  }

  #release(queues: FairQueues): void {
    queues.release();
    this.#dispatch(queues);
    // A seat that was borrowed, or is lent again, may be somebody else's turn.
    for (const other of this.#levels.values())
      if (other.queues && other.queues !== queues) this.#dispatch(other.queues);
  }

  #dispatch(queues: FairQueues): void {
    while (queues.waiting > 0 && queues.canRun(this.#idleBeside(queues))) queues.next()?.run();
  }

  /** Seats of other levels that may be borrowed now, beyond those that are borrowed already. */
  #idleBeside(queues: FairQueues): number {
    let idle = 0;
    for (const level of this.#levels.values()) {
      if (level.queues === undefined) continue;
      if (level.queues !== queues) idle += level.queues.idleLendable;
      idle -= level.queues.borrowed;
    }
    return idle;
  }

  /** Looks whether the configuration has changed since the last request. */
  #refresh(): void {
    const seen = this.#configuration.lastChange();
    if (seen === this.#seen) return;
    this.#seen = seen;
    this.#schemas = inOrder(this.#configuration.schemas());
    this.#levels = this.#build(this.#configuration.levels());
  }

  #build(configurations: readonly PriorityLevelConfiguration[]): Map<string, Level> {
    let shares = 0;
    for (const { spec } of configurations) shares += sharesOf(spec);
    const built = new Map<string, Level>();
    for (const { metadata, spec } of configurations) {
      const limits = limitsOf(spec, this.#options.totalSeats, shares);
      const generation = JSON.stringify(limits?.queuing);
      const known = this.#levels.get(metadata.name);
      // Whoever waits keeps his place, unless the queues themselves are other ones now.
      const kept = known?.queues && limits && known.generation === generation ? known.queues : undefined;
      if (limits) kept?.configure(limits);
      const queues = limits === undefined ? undefined : (kept ?? new FairQueues(limits));
      built.set(metadata.name, { uid: metadata.uid ?? '', name: metadata.name, generation, queues });
    }
    return built;
  }
}

/** The API's own objects. */
export function configurationOf(registry: Registry): Configuration {
  const cacheOf = ({ group, version, plural }: Pick<Resource, 'group' | 'version' | 'plural'>) =>
    findServed(registry, group, version, plural)!.cache;
  const [schemas, levels] = [cacheOf(flowSchemas), cacheOf(priorityLevelConfigurations)];
  return {
    lastChange: () => Math.max(schemas.lastChange, levels.lastChange),
    schemas: () => schemas.list().map((entry) => entry.object as FlowSchema),
    levels: () => levels.list().map((entry) => entry.object as PriorityLevelConfiguration),
  };
}

const free: Seat = { headers: {}, release: () => undefined };

function sharesOf({ type, limited, exempt }: PriorityLevelConfiguration['spec']): number {
  return type === 'Exempt' ? (exempt?.nominalConcurrencyShares ?? 0) : (limited?.nominalConcurrencyShares ?? 30);
}

/** Each level's part of the seats, as KEP-1040 computes it. Undefined for an exempt level. */
export function limitsOf(
  spec: PriorityLevelConfiguration['spec'],
  totalSeats: number,
  totalShares: number,
): LevelLimits | undefined {
  if (spec.type === 'Exempt') return undefined;
  const { limited } = spec;
  const seats = Math.ceil((totalSeats * sharesOf(spec)) / Math.max(totalShares, 1));
  const lendable = Math.round((seats * (limited?.lendablePercent ?? 0)) / 100);
  const percent = limited?.borrowingLimitPercent;
  const borrowable = percent === undefined ? totalSeats : Math.round((seats * percent) / 100);
  const { type, queuing } = limited?.limitResponse ?? {};
  if (type !== 'Queue') return { seats, lendable, borrowable };
  const { queues = 64, handSize = 8, queueLengthLimit = 50 } = queuing ?? {};
  return { seats, lendable, borrowable, queuing: { queues, handSize, queueLengthLimit } };
}

/** 48 bits, so that dealing a hand stays exact. */
function hashOf(schema: string, distinguisher: string): number {
  return createHash('sha256').update(schema).update('\0').update(distinguisher).digest().readUIntBE(0, 6);
}

function refused() {
  return tooManyRequests('Too many requests, please try again later.', 1);
}

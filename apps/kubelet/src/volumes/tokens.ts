import { serviceAccounts, type Pod, type ServiceAccountTokenProjection, type TokenRequest } from '@wherry/api';
import type { RestClient } from '@wherry/client';
import type { Logger } from '../logger.ts';
import { VolumeError } from './payload.ts';
import { keepsUntilMs, refreshAtMs } from './token-age.ts';

interface Held {
  readonly podUid: string;
  readonly token: string;
  readonly expiresAtMs: number;
  refreshAtMs: number;
  /** When its pod is told next that it is due. */
  tellAtMs: number;
}

/** What the API said of each token that a pod's volumes show. */
export type FoundTokens = (projection: ServiceAccountTokenProjection) => string;

const defaultSeconds = 3_600;
const sweepMs = 5_000;
/** After a refresh that failed, while the old token is still good. */
const retryMs = 30_000;

/** The service-account tokens that pods of this node show: asked for when needed, and again before they end. */
export class Tokens {
  readonly #client: RestClient;
  readonly #log: Logger;
  readonly #onDue: (podUid: string) => void;
  readonly #now: () => number;
  readonly #held = new Map<string, Held>();
  #timer: NodeJS.Timeout | undefined;

  constructor(client: RestClient, log: Logger, onDue: (podUid: string) => void, now: () => number = Date.now) {
    this.#client = client;
    this.#log = log;
    this.#onDue = onDue;
    this.#now = now;
  }

  /** All that the pod's volumes show; an error comes when the one that it is about is asked for. */
  async fetch(pod: Pod): Promise<FoundTokens> {
    const found = new Map<string, string | Error>();
    await Promise.all(
      projectionsOf(pod).map(async (projection) => {
        const token = await this.#one(pod, projection).catch((error: Error) => error);
        found.set(keyOf(pod, projection), token);
      }),
    );
    return (projection) => {
      const token = found.get(keyOf(pod, projection));
      if (typeof token === 'string') return token;
      throw new VolumeError(`failed to fetch token: ${token?.message ?? 'not asked for'}`, { cause: token });
    };
  }

  /** The pod is no longer here. */
  forget(podUid: string): void {
    for (const [key, held] of this.#held) if (held.podUid === podUid) this.#held.delete(key);
    if (this.#held.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #one(pod: Pod, projection: ServiceAccountTokenProjection): Promise<string> {
    const key = keyOf(pod, projection);
    const held = this.#held.get(key);
    if (held !== undefined && this.#now() < held.refreshAtMs) return held.token;
    try {
      return await this.#request(pod, projection, key);
    } catch (error) {
      if (held === undefined || this.#now() >= held.expiresAtMs) throw error;
      // The old one still serves.
      held.refreshAtMs = this.#now() + retryMs;
      this.#log.warn({ event: 'tokenNotRefreshed', pod: pod.metadata.name, err: error });
      return held.token;
    }
  }

  async #request(pod: Pod, projection: ServiceAccountTokenProjection, key: string): Promise<string> {
    const { namespace = '', name, uid = '' } = pod.metadata;
    const account = pod.spec.serviceAccountName ?? '';
    const { audience = '', expirationSeconds = defaultSeconds } = projection;
    const body = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {
        audiences: audience === '' ? [] : [audience],
        expirationSeconds,
        boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
      },
    };
    const answer = await this.#client
      .resource(serviceAccounts)
      .createSubresource<TokenRequest>(account, 'token', body, { namespace });
    const { token, expirationTimestamp } = answer.status ?? {};
    if (token === undefined || expirationTimestamp === undefined) throw new Error('the answer has no token');
    const expiresAtMs = keepsUntilMs(expirationTimestamp);
    const lifeSeconds = answer.spec.expirationSeconds ?? expirationSeconds;
    const dueAtMs = refreshAtMs(expiresAtMs, lifeSeconds);
    this.#held.set(key, { podUid: uid, token, expiresAtMs, refreshAtMs: dueAtMs, tellAtMs: dueAtMs });
    this.#timer ??= setInterval(() => this.#sweep(), sweepMs).unref();
    return token;
  }

  #sweep(): void {
    const now = this.#now();
    const due = new Set<string>();
    for (const held of this.#held.values()) {
      if (now < held.tellAtMs) continue;
      // Not over and over to a pod that has nothing running to show it to.
      held.tellAtMs = now + retryMs;
      due.add(held.podUid);
    }
    for (const podUid of due) this.#onDue(podUid);
  }
}

function projectionsOf({ spec }: Pod): ServiceAccountTokenProjection[] {
  return (spec.volumes ?? []).flatMap(({ projected }) =>
    (projected?.sources ?? []).flatMap(({ serviceAccountToken }) =>
      serviceAccountToken === undefined ? [] : [serviceAccountToken],
    ),
  );
}

/** Two volumes that ask for the same show the same. */
function keyOf({ metadata }: Pod, { audience, expirationSeconds }: ServiceAccountTokenProjection): string {
  return JSON.stringify([metadata.uid, audience ?? '', expirationSeconds ?? defaultSeconds]);
}

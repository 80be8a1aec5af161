import type { Logger } from '@wherry/daemon';
import type { User } from './context.ts';
import type { ApiserverMetrics } from './metrics.ts';
import type { RequestInfo } from './request-info.ts';

/** Counts and, when asked to, logs what was answered. */
export class RequestLog {
  readonly #log: Logger;
  readonly #metrics: ApiserverMetrics;

  constructor(log: Logger, metrics: ApiserverMetrics) {
    this.#log = log;
    this.#metrics = metrics;
  }

  answered(
    info: RequestInfo | undefined,
    user: User | undefined,
    code: number,
    durationMs: number,
    auditId: string,
  ): void {
    if (info === undefined) return;
    this.#metrics.observe(info, code, durationMs);
    if (!this.#log.isLevelEnabled('debug')) return;
    const { verb, path } = info;
    this.#log.debug(
      { verb, path, user: user?.name, code, durationMs: Math.round(durationMs * 100) / 100, auditId },
      'request',
    );
  }

  failed(method: string, url: string, error: unknown): void {
    this.#log.error({ method, url, err: error }, 'request-failed');
  }
}

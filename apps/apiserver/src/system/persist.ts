import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@wherry/daemon';
import { StorageError, type StorageErrorCode } from '@wherry/store';

const passing = new Set<StorageErrorCode>(['unavailable', 'unknown', 'no-leader', 'timeout']);
const RETRY_MS = 200;

/**
 * Does what may be done twice, again and again while the store has no leader or changes it. Anything else that is
 * wrong is thrown, as is the signal's reason.
 */
export async function persist<R>(name: string, log: Logger, signal: AbortSignal, task: () => Promise<R>): Promise<R> {
  for (;;) {
    try {
      return await task();
    } catch (error) {
      if (!(error instanceof StorageError) || !passing.has(error.code)) throw error;
      log.warn({ err: error, task: name }, 'store-not-available-trying-again');
    }
    await sleep(RETRY_MS, undefined, { signal });
  }
}

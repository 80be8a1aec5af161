import { etcdErrors } from './errors.ts';
import type { Call, Stream } from './grpc/index.ts';
import type { Service } from './service.ts';

/**
 * Throws (RpcError) when this member cannot serve the call now: it is a learner, which answers serializable reads
 * only, or the client requires a leader (metadata `hasleader`) and there is none.
 */
export type Guard = (call: Call, learnersToo?: boolean) => void;

export function createGuard({ store }: Service): Guard {
  return (call, learnersToo = false) => {
    const { isLearner, leader } = store.status();
    if (isLearner && !learnersToo) throw etcdErrors.notForLearners;
    if (leader === 0 && requiresLeader(call)) throw etcdErrors.noLeader;
  };
}

function requiresLeader({ metadata }: Call): boolean {
  return metadata['hasleader'] === 'true';
}

/** Rejects when a stream whose client requires a leader has been without one for too long; resolves when it is over. */
export async function untilLeaderLost(service: Service, stream: Stream<unknown, unknown>): Promise<void> {
  if (!requiresLeader(stream)) return ended(stream.signal);
  const { noLeaderMs } = service.limits;
  const looks = 3;
  let missed = 0;
  await new Promise<void>((resolve, reject) => {
    const timer = setInterval(() => {
      missed = service.store.status().leader === 0 ? missed + 1 : 0;
      if (missed < looks) return;
      clearInterval(timer);
      reject(etcdErrors.noLeader);
    }, noLeaderMs / looks);
    const stop = (): void => {
      clearInterval(timer);
      resolve();
    };
    if (stream.signal.aborted) stop();
    else stream.signal.addEventListener('abort', stop, { once: true });
  });
}

/** Resolves when the call is over. */
export function ended(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

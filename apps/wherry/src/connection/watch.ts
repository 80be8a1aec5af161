import type { Unstructured } from '../resources/unstructured.ts';
import { readLines } from './lines.ts';
import type { Session } from './session.ts';

export interface WatchFrame<T = Unstructured> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: T;
}

/** One watch request. Ends when the server ends it or the signal is aborted; an ERROR frame is thrown as its Status. */
export async function* watch<T = Unstructured>(
  session: Session,
  path: string,
  query: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
  accept?: string,
): AsyncGenerator<WatchFrame<T>> {
  const client = await session.client();
  const request = { method: 'GET' as const, path, query: { ...query, watch: 'true' }, signal, accept };
  const answer = await client.stream({ ...request, timeoutMs: session.timeoutMs ?? Number.POSITIVE_INFINITY });
  try {
    for await (const line of readLines(answer.body)) {
      const frame = JSON.parse(line) as { type: string; object: unknown };
      if (frame.type === 'BOOKMARK') continue;
      if (frame.type === 'ERROR') {
        const status = frame.object as { message?: string };
        throw Object.assign(new Error(status.message ?? 'the watch failed'), { status });
      }
      yield frame as WatchFrame<T>;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    answer.body.destroy();
  }
}

/**
 * Follows one object until `done` says so of it, or of its absence (undefined). Resumes when a watch ends, and gives
 * up with false when `timeoutMs` have passed.
 */
export async function follow(
  session: Session,
  target: { readonly listPath: string; readonly name: string },
  done: (object: Unstructured | undefined) => boolean,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const deadline = AbortSignal.timeout(Math.min(timeoutMs, maxTimerMs));
  const either = AbortSignal.any([signal, deadline]);
  const query = { fieldSelector: `metadata.name=${target.name}` };
  while (!either.aborted) {
    const list = await session.request<{ metadata: { resourceVersion?: string }; items?: Unstructured[] | null }>({
      method: 'GET',
      path: target.listPath,
      query,
    });
    if (done(list.items?.[0])) return true;
    try {
      const from = { ...query, resourceVersion: list.metadata.resourceVersion };
      for await (const { type, object } of watch(session, target.listPath, from, either)) {
        if (done(type === 'DELETED' ? undefined : object)) return true;
      }
    } catch (error) {
      // History that is gone is only read again from the start.
      if ((error as { status?: { code?: number } }).status?.code !== 410) throw error;
    }
  }
  signal.throwIfAborted();
  return false;
}

const maxTimerMs = 2 ** 31 - 1;

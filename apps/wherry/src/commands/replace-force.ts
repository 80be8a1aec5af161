import type { Invocation } from '../cli/command.ts';
import { isStatusReason } from '../cli/errors.ts';
import { resourcePath } from '../resources/mapping.ts';
import { getIfThere, type Info } from '../resources/select.ts';
import type { Unstructured } from '../resources/unstructured.ts';
import { waitUntilGone } from './delete.ts';

const defaultTimeoutMs = 5 * 60 * 1000;

/** Deletes what is there, waits until it is gone, and creates it anew from `body`. */
export async function deleteAndCreate(
  invocation: Pick<Invocation, 'session' | 'io'>,
  info: Info,
  body: Unstructured,
  options: {
    readonly propagationPolicy: string;
    readonly gracePeriodSeconds: number;
    readonly timeoutMs: number;
    readonly query: Record<string, string | undefined>;
    readonly deleted?: () => void;
  },
): Promise<Unstructured> {
  const { session } = invocation;
  const before = await getIfThere(session, info);
  if (before) {
    try {
      await session.request({
        method: 'DELETE',
        path: resourcePath(info.resource, info.namespace, info.name),
        body: {
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          propagationPolicy: options.propagationPolicy,
          ...(options.gracePeriodSeconds >= 0 ? { gracePeriodSeconds: options.gracePeriodSeconds } : {}),
        },
      });
    } catch (error) {
      if (!isStatusReason(error, 'NotFound')) throw error;
    }
    options.deleted?.();
    await waitUntilGone(invocation, info, before.metadata.uid, options.timeoutMs || defaultTimeoutMs);
  }
  const { resourceVersion: _, uid: __, ...metadata } = body.metadata;
  return await session.request<Unstructured>({
    method: 'POST',
    path: resourcePath(info.resource, info.namespace),
    query: options.query,
    body: { ...body, metadata },
  });
}

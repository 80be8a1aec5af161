import type { KubeObject } from '@wherry/apimachinery';
import type { Resource } from '@wherry/api';
import { Informer, type RestClient } from '@wherry/client';

export interface WaitOptions {
  readonly name: string;
  readonly namespace?: string | undefined;
  /** 30 s unless told. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const defaultTimeoutMs = 30_000;

/**
 * Watches one object until `condition` holds; it is called with undefined while there is none, so that an end can be
 * waited for too. @returns what the condition was given last @throws {Error} with the last state, after `timeoutMs`
 */
export async function waitFor<T extends KubeObject>(
  client: RestClient,
  resource: Resource<T>,
  options: WaitOptions,
  condition: (object: T | undefined) => boolean,
): Promise<T | undefined> {
  const { name, namespace, timeoutMs = defaultTimeoutMs, signal } = options;
  const end = new AbortController();
  const timeout = AbortSignal.timeout(timeoutMs);
  const all = AbortSignal.any([end.signal, timeout, ...(signal ? [signal] : [])]);
  const informer = new Informer(client, resource, { namespace, fieldSelector: `metadata.name=${name}` });
  let last: T | undefined;
  let isMet = false;
  const look = (object: T | undefined): void => {
    if (isMet) return;
    last = object;
    // Before the first list nothing is known; that there is no such object is not.
    if (object === undefined && !informer.hasSynced) return;
    isMet = condition(object);
    if (isMet) end.abort();
  };
  informer.addHandler({ onAdd: look, onUpdate: (_, object) => look(object), onDelete: () => look(undefined) });
  const running = informer.run(all);
  const synced = informer.waitForSync(all).then(
    () => informer.store.size === 0 && look(undefined),
    () => undefined,
  );
  await Promise.all([running, synced]);
  if (isMet) return last;
  signal?.throwIfAborted();
  throw new Error(
    `${resource.kind} ${name} is not as expected after ${timeoutMs} ms: ${JSON.stringify(last?.['status' as keyof T] ?? last)}`,
  );
}

import { setTimeout as sleep } from 'node:timers/promises';
import { isAlreadyExists, isConflict, isNotFound } from '@wherry/apimachinery';
import { leases, type Lease } from '@wherry/api';
import { formatMicroTime, type RestClient } from '@wherry/client';
import type { Logger } from '../logger.ts';

export interface HeartbeatOptions {
  readonly client: RestClient;
  readonly log: Logger;
  readonly node: { readonly name: string; uid(): string };
  readonly durationSeconds: number;
  readonly now: () => number;
}

const namespace = 'kube-node-lease';
const retryMs = 1_000;

/** Renews the node's Lease four times within its duration: how the control plane knows that the node lives. */
export async function runHeartbeat(options: HeartbeatOptions, signal: AbortSignal): Promise<void> {
  const everyMs = (options.durationSeconds * 1000) / 4;
  let lease: Lease | undefined;
  while (!signal.aborted) {
    let waitMs = everyMs;
    try {
      lease = await renew(options, lease, signal);
    } catch (error) {
      if (signal.aborted) return;
      options.log.warn({ event: 'leaseNotRenewed', err: error });
      lease = undefined;
      waitMs = retryMs;
    }
    await sleep(waitMs, undefined, { signal }).catch(() => undefined);
  }
}

async function renew(options: HeartbeatOptions, lease: Lease | undefined, signal: AbortSignal): Promise<Lease> {
  const { client, durationSeconds, now } = options;
  const { name } = options.node;
  const api = client.resource(leases);
  const current = lease ?? (await existing(options, signal));
  const spec = { holderIdentity: name, leaseDurationSeconds: durationSeconds, renewTime: formatMicroTime(now()) };
  if (current !== undefined) {
    try {
      return await api.update({ ...current, spec: { ...current.spec, ...spec } }, { signal });
    } catch (error) {
      if (!isConflict(error) && !isNotFound(error)) throw error;
      return renew(options, undefined, signal);
    }
  }
  const uid = options.node.uid();
  const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name, uid }];
  try {
    return await api.create({ metadata: { name, namespace, ownerReferences }, spec }, { signal });
  } catch (error) {
    if (isAlreadyExists(error)) return renew(options, undefined, signal);
    throw error;
  }
}

async function existing({ client, node }: HeartbeatOptions, signal: AbortSignal): Promise<Lease | undefined> {
  try {
    return await client.resource(leases).get(node.name, { namespace, signal });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

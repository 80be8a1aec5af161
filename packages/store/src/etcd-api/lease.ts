import { leaseService } from '../etcd-proto/index.ts';
import { StorageError } from '../storage.ts';
import { etcdErrors, leaseIdTooLarge } from './errors.ts';
import { untilLeaderLost, type Guard } from './guard.ts';
import { type Route, streaming, unary } from './grpc/index.ts';
import { headerOf, type Service } from './service.ts';

/** etcd's bound, in seconds. */
const maxTtlSeconds = 9_000_000_000;

export function leaseRoutes(service: Service, guard: Guard): Route[] {
  const { store } = service;
  return [
    unary(leaseService.leaseGrant, async (request, call) => {
      guard(call);
      if (typeof request.id === 'bigint' || request.id < 0) throw leaseIdTooLarge;
      if (request.ttl > maxTtlSeconds) throw etcdErrors.leaseTtlTooLarge;
      const { id, ttlSeconds } = await store.grantLeaseWith(request.id, Math.max(request.ttl, 1));
      return { header: headerOf(service), id, ttl: ttlSeconds };
    }),

    unary(leaseService.leaseRevoke, async ({ id }, call) => {
      guard(call);
      await store.revokeLease(known(id));
      return { header: headerOf(service) };
    }),

    streaming(leaseService.leaseKeepAlive, async (stream) => {
      guard(stream);
      const serve = async (): Promise<void> => {
        for await (const { id } of stream.requests) {
          // Made before, so that its revision is never later than the renewal.
          const header = headerOf(service);
          stream.send({ header, id, ttl: await keepAlive(service, id) });
          await stream.ready();
        }
      };
      await Promise.race([serve(), untilLeaderLost(service, stream)]);
    }),

    unary(leaseService.leaseTimeToLive, async ({ id, keys }, call) => {
      guard(call);
      const lease = typeof id === 'bigint' ? undefined : await store.lease(id);
      if (lease === undefined) return { header: headerOf(service), id, ttl: -1 };
      const { ttlSeconds, grantedTtlSeconds } = lease;
      const answer = { header: headerOf(service), id, ttl: ttlSeconds, grantedTtl: grantedTtlSeconds };
      return keys ? { ...answer, keys: lease.keys } : answer;
    }),

    unary(leaseService.leaseLeases, async (_, call) => {
      guard(call);
      const ids = await store.leases();
      return { header: headerOf(service), leases: ids.map((id) => ({ id })) };
    }),
  ];
}

/** No lease of ours has an id beyond the safe integers. */
function known(id: number | bigint): number {
  if (typeof id === 'bigint') throw etcdErrors.leaseNotFound;
  return id;
}

/** The time it has left then, 0 when there is no such lease. */
async function keepAlive({ store }: Service, id: number | bigint): Promise<number> {
  if (typeof id === 'bigint') return 0;
  try {
    return (await store.keepAliveLease(id)).ttlSeconds;
  } catch (error) {
    if (error instanceof StorageError && error.code === 'lease-not-found') return 0;
    throw error;
  }
}

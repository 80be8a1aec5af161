import { randomBytes } from 'node:crypto';
import { type Decoded, leaseService, type leaseKeepAliveResponse } from '../etcd-proto/index.ts';
import { StorageError, type Lease } from '../storage.ts';
import type { Connections } from './connections.ts';
import { storageErrorOf } from './errors.ts';

/** As etcd's. */
const maxTtlSeconds = 9_000_000_000;
const ATTEMPTS = 8;

/** Etcd itself would choose ids of 63 bits: ours are safe integers. */
export async function grantLease(connections: Connections, ttlSeconds: number): Promise<Lease> {
  if (!(ttlSeconds > 0 && ttlSeconds <= maxTtlSeconds)) throw new TypeError('lease TTL out of range');
  const ttl = Math.ceil(ttlSeconds);
  for (let attempt = 1; ; attempt++) {
    const id = randomId();
    try {
      const granted = await connections.call(leaseService.leaseGrant, { id, ttl }, { isWrite: true });
      return { id, ttlSeconds: granted.ttl };
    } catch (error) {
      if (!(error instanceof StorageError) || error.code !== 'lease-exists' || attempt === ATTEMPTS) throw error;
    }
  }
}

export async function revokeLease(connections: Connections, id: number): Promise<void> {
  await connections.call(leaseService.leaseRevoke, { id }, { isWrite: true });
}

/** Etcd has it only as a stream. */
export async function keepAliveLease(connections: Connections, id: number, timeoutMs: number): Promise<Lease> {
  const client = await connections.connect();
  const call = connections.stream(client, leaseService.leaseKeepAlive);
  const { promise, resolve, reject } = Promise.withResolvers<Decoded<typeof leaseKeepAliveResponse>>();
  const timer = setTimeout(() => reject(new StorageError('unknown', 'etcd did not answer in time')), timeoutMs);
  call.on('data', resolve);
  call.on('error', (error) => reject(storageErrorOf(error, true)));
  call.on('end', () => reject(new StorageError('unknown', 'etcd ended the call without an answer')));
  try {
    call.write({ id });
    const { header, ttl } = await promise;
    connections.check(header);
    if (ttl <= 0) throw new StorageError('lease-not-found', 'etcdserver: requested lease not found');
    return { id, ttlSeconds: ttl };
  } catch (error) {
    if (error instanceof StorageError && error.code !== 'lease-not-found') connections.failed(client, error);
    throw error;
  } finally {
    clearTimeout(timer);
    call.cancel();
  }
}

/** 52 bits, never 0. */
function randomId(): number {
  return (randomBytes(8).readUIntBE(0, 6) % 2 ** 47) * 32 + (randomBytes(1)[0]! % 31) + 1;
}

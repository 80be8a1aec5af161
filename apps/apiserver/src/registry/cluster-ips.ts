import { randomUUID } from 'node:crypto';
import type { IPAddress, Service } from '@wherry/api';
import { encodeForStorage } from '../cache/entry.ts';
import type { WatchCache } from '../cache/watch-cache.ts';
import { timeOf } from './object-meta.ts';
import type { SideEffects } from './strategy.ts';

/**
 * Each cluster IP is an IPAddress object, written only if there is none, in the transaction of its Service: so an
 * address has one user, whoever wrote it down (KEP-1880).
 */
export class ClusterIps {
  readonly #cache: WatchCache;
  readonly #now: () => Date;

  constructor(cache: WatchCache, now: () => Date = () => new Date()) {
    this.#cache = cache;
    this.#now = now;
  }

  isUsed(ip: string): boolean {
    return this.#cache.get(ip) !== undefined;
  }

  take(ip: string, service: Service, effects: SideEffects): void {
    const { encoding } = this.#cache;
    const key = encoding.keyPrefix + ip;
    const object = ipAddressOf(ip, service);
    object.metadata = { ...object.metadata, uid: randomUUID(), creationTimestamp: timeOf(this.#now()) };
    effects.compares.push({ key, target: 'createRevision', op: '=', value: 0 });
    effects.operations.push({ type: 'put', key, value: encodeForStorage(encoding, object) });
  }

  release(ip: string, effects: SideEffects): void {
    effects.operations.push({ type: 'delete', key: this.#cache.encoding.keyPrefix + ip });
  }
}

/** What says that the Service has this address. */
export function ipAddressOf(ip: string, { metadata }: Service): IPAddress {
  const labels = {
    'ipaddress.kubernetes.io/ip-family': ip.includes(':') ? 'IPv6' : 'IPv4',
    'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
  };
  const parentRef = { resource: 'services', namespace: metadata.namespace, name: metadata.name };
  return { metadata: { name: ip, labels }, spec: { parentRef } };
}

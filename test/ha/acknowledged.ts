import { kvService } from '@wherry/store/etcd-proto';
import type { EtcdClient } from './etcd-client.ts';

const PAGE = 1_000;

/** What is under a prefix now, linearizably. */
export async function readAll(client: EtcdClient, prefix: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const rangeEnd = `${prefix.slice(0, -1)}${String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)}`;
  for (let key = prefix; ; ) {
    const { kvs, more } = await client.call(kvService.range, { key, rangeEnd, limit: PAGE }, 10_000);
    for (const kv of kvs) found.set(kv.key, Buffer.from(kv.value).toString());
    const last = kvs.at(-1);
    if (!more || last === undefined) return found;
    key = `${last.key}\0`;
  }
}

/** Acknowledged writes that are not there as they were written. */
export function lost(acknowledged: ReadonlyMap<string, string>, found: ReadonlyMap<string, string>): string[] {
  return [...acknowledged].filter(([key, value]) => found.get(key) !== value).map(([key]) => key);
}

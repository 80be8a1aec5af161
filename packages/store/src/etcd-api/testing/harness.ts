import { afterEach, expect } from 'vitest';
import { startEtcdApi, type EtcdApi, type EtcdApiLimits } from '../index.ts';
import { EtcdClient } from '../contract/client.ts';
import { MemoryEtcdStore } from './memory-store.ts';

const started: (EtcdApi & { client: EtcdClient })[] = [];

afterEach(async () => {
  for (const { client, close } of started.splice(0)) {
    client.close();
    await close();
  }
});

/** An API over a store in memory, with a client; both are gone after the test. */
export async function startApi(limits?: Partial<EtcdApiLimits>) {
  const store = new MemoryEtcdStore();
  const api = await startEtcdApi({
    store,
    listen: [{ host: '127.0.0.1', port: 0 }],
    limits: { closeGraceMs: 50, ...limits },
  });
  const client = new EtcdClient(`127.0.0.1:${api.ports[0]}`);
  started.push({ ...api, client });
  return { store, client, port: api.ports[0] as number };
}

/** Fails unless the call is refused with that gRPC code and those words. */
export async function expectRefused(call: Promise<unknown>, code: number, words: string): Promise<void> {
  await expect(call).rejects.toMatchObject({ code, details: words });
}

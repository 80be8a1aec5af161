import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { kvService, leaseService } from '../etcd-proto/index.ts';
import { StorageError } from '../storage.ts';
import { expectRefused, startApi } from './testing/harness.ts';

type Api = Awaited<ReturnType<typeof startApi>>;
const grant = ({ client }: Api, ttl: number, id?: number | bigint) =>
  client.call(leaseService.leaseGrant, { ttl, id: id ?? 0 });
const unknown = 'etcdserver: requested lease not found';

describe('granting', () => {
  it('gives the id that was asked for, or one that is free', async () => {
    const api = await startApi();
    expect(await grant(api, 60, 77)).toMatchObject({ header: { revision: 1 }, id: 77, ttl: 60, error: '' });
    const { id } = await grant(api, 60);
    expect(id).not.toBe(0);
    expect(id).not.toBe(77);
  });

  it('refuses an id that is taken, one that cannot be kept, and too long a time', async () => {
    const api = await startApi();
    await grant(api, 60, 77);
    await expectRefused(grant(api, 60, 77), status.FAILED_PRECONDITION, 'etcdserver: lease already exists');
    const tooLarge = 'etcdserver: a lease ID beyond 9007199254740991 is not supported';
    await expectRefused(grant(api, 60, 2n ** 53n), status.INVALID_ARGUMENT, tooLarge);
    await expectRefused(grant(api, 60, -1), status.INVALID_ARGUMENT, tooLarge);
    await expectRefused(grant(api, 9_000_000_001), status.OUT_OF_RANGE, 'etcdserver: too large lease TTL');
    expect(await api.store.leases()).toEqual([77]);
  });
});

describe('a lease', () => {
  it('takes its keys with it when it is revoked', async () => {
    const api = await startApi();
    await grant(api, 60, 5);
    await api.client.call(kvService.put, { key: 'a', lease: 5 });
    expect(await api.client.call(leaseService.leaseRevoke, { id: 5 })).toMatchObject({ header: { revision: 3 } });
    expect(await api.client.call(kvService.range, { key: 'a' })).toMatchObject({ count: 0 });
    await expectRefused(api.client.call(leaseService.leaseRevoke, { id: 5 }), status.NOT_FOUND, unknown);
    await expectRefused(api.client.call(leaseService.leaseRevoke, { id: 2n ** 60n }), status.NOT_FOUND, unknown);
  });

  it('says how long it has, and which keys when asked', async () => {
    const api = await startApi();
    await grant(api, 60, 5);
    for (const key of ['b', 'a']) await api.client.call(kvService.put, { key, lease: 5 });
    api.store.nowMs = 10_500;
    const without = await api.client.call(leaseService.leaseTimeToLive, { id: 5 });
    expect(without).toMatchObject({ id: 5, ttl: 49, grantedTtl: 60, keys: [] });
    expect((await api.client.call(leaseService.leaseTimeToLive, { id: 5, keys: true })).keys).toEqual(['a', 'b']);
    for (const id of [6, 2n ** 60n]) {
      expect(await api.client.call(leaseService.leaseTimeToLive, { id })).toMatchObject({ id, ttl: -1, grantedTtl: 0 });
    }
  });

  it('is listed', async () => {
    const api = await startApi();
    await grant(api, 60, 5);
    await grant(api, 60, 6);
    expect((await api.client.call(leaseService.leaseLeases, {})).leases).toEqual([{ id: 5 }, { id: 6 }]);
  });
});

describe('keeping alive', () => {
  it('answers each request with the time there is then, 0 when there is no such lease', async () => {
    const api = await startApi();
    await grant(api, 60, 5);
    const stream = api.client.open(leaseService.leaseKeepAlive);
    for (const id of [5, 6, 5, 2n ** 60n]) stream.send({ id });
    const answers: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      const { id, ttl, header } = await stream.next();
      answers.push([id, ttl, header?.revision]);
    }
    expect(answers).toEqual([
      [5, 60, 1],
      [6, 0, 1],
      [5, 60, 1],
      [2n ** 60n, 0, 1],
    ]);
  });

  it('ends when the client has nothing more to ask, and with an error when the store has', async () => {
    const api = await startApi();
    const done = api.client.open(leaseService.leaseKeepAlive);
    const ended = new Promise((resolve) => done.stream.on('status', resolve));
    done.stream.end();
    expect(await ended).toMatchObject({ code: status.OK });
    const failing = api.client.open(leaseService.leaseKeepAlive);
    api.store.keepAliveLease = () => Promise.reject(new StorageError('no-leader', 'nobody leads'));
    failing.send({ id: 5 });
    await expect(failing.next()).rejects.toMatchObject({ code: status.UNAVAILABLE, details: 'etcdserver: no leader' });
  });
});

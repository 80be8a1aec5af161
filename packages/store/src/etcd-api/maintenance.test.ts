import { createHash } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import {
  AlarmAction,
  AlarmType,
  authService,
  type Decoded,
  enumeration,
  kvService,
  maintenanceService,
  message,
  service,
  single,
  type snapshotResponse,
  text,
} from '../etcd-proto/index.ts';
import { StorageError } from '../storage.ts';
import { expectRefused, startApi } from './testing/harness.ts';

describe('status', () => {
  it('says what the store says', async () => {
    const { client, store } = await startApi();
    store.says = { errors: ['etcdserver: no leader'], leader: 0, isLearner: true, raftIndex: 9, appliedIndex: 8 };
    expect(await client.call(maintenanceService.status, {})).toMatchObject({
      header: { revision: 1, raftTerm: 2 },
      version: expect.stringMatching(/^3\.5\.\d+$/) as string,
      dbSize: 20480,
      dbSizeInUse: 16384,
      leader: 0,
      raftIndex: 9,
      raftAppliedIndex: 8,
      raftTerm: 2,
      errors: ['etcdserver: no leader'],
      isLearner: true,
    });
  });
});

describe('alarms', () => {
  it('are raised, listed and cleared, and stop what would add anything', async () => {
    const { client, store } = await startApi();
    const memberId = store.self.id;
    const alarm = AlarmType.noSpace;
    const ask = (action: number, alarm: number = AlarmType.none, member = 0) =>
      client.call(maintenanceService.alarm, { action, alarm, memberId: member });
    expect((await ask(AlarmAction.activate, alarm, memberId)).alarms).toEqual([{ memberId, alarm }]);
    expect((await ask(AlarmAction.get)).alarms).toEqual([{ memberId, alarm }]);
    expect((await ask(AlarmAction.get, AlarmType.corrupt)).alarms).toEqual([]);
    const words = 'etcdserver: mvcc: database space exceeded';
    await expectRefused(client.call(kvService.put, { key: 'a' }), status.RESOURCE_EXHAUSTED, words);
    expect((await ask(AlarmAction.deactivate, alarm, 5)).alarms).toEqual([]);
    expect((await ask(AlarmAction.deactivate, alarm, memberId)).alarms).toEqual([{ memberId, alarm }]);
    expect((await ask(AlarmAction.get)).alarms).toEqual([]);
    await client.call(kvService.put, { key: 'a' });
  });

  it('without a type are neither raised nor cleared', async () => {
    const { client, store } = await startApi();
    const action = AlarmAction.activate;
    expect((await client.call(maintenanceService.alarm, { action, memberId: store.self.id })).alarms).toEqual([]);
    expect(store.alarms()).toEqual([]);
  });
});

describe('hashes', () => {
  it('are of a revision', async () => {
    const { client } = await startApi();
    await client.call(kvService.put, { key: 'a' });
    expect(await client.call(maintenanceService.hash, {})).toMatchObject({ hash: 0xdead_beef });
    const hashed = await client.call(maintenanceService.hashKv, {});
    expect(hashed).toMatchObject({ hash: 0xdead_beef, hashRevision: 2, compactRevision: 0, header: { revision: 2 } });
    const words = 'etcdserver: mvcc: required revision is a future revision';
    await expectRefused(client.call(maintenanceService.hashKv, { revision: 3 }), status.OUT_OF_RANGE, words);
  });
});

describe('a snapshot', () => {
  it('comes in pieces, counted down, padded to a page and with its checksum last', async () => {
    const { client, store } = await startApi();
    store.backupChunks = [Buffer.alloc(100_000, 'a'), Buffer.alloc(1234, 'b')];
    const answers: Decoded<typeof snapshotResponse>[] = [];
    for await (const answer of client.read(maintenanceService.snapshot, {})) {
      answers.push(answer as Decoded<typeof snapshotResponse>);
    }
    const content = Buffer.concat(answers.slice(0, -1).map(({ blob }) => blob));
    expect(content.length % 512).toBe(0);
    expect(content.subarray(0, 101_234)).toEqual(Buffer.concat(store.backupChunks));
    expect(Buffer.from(answers.at(-1)?.blob ?? [])).toEqual(createHash('sha256').update(content).digest());
    expect(answers.at(-1)?.remainingBytes).toBe(0);
    let sent = 0;
    for (const { blob, remainingBytes } of answers.slice(0, -1)) {
      expect(blob.length).toBeLessThanOrEqual(64 * 1024);
      sent += blob.length;
      expect(remainingBytes).toBe(content.length - sent);
    }
  });

  it('says so when it cannot be had', async () => {
    const { client, store } = await startApi();
    store.backup = () => Promise.reject(new StorageError('unavailable', 'the disk is gone'));
    const failed = new Promise((resolve) => client.read(maintenanceService.snapshot, {}).on('error', resolve).resume());
    expect(await failed).toMatchObject({ code: status.UNAVAILABLE, details: 'etcdserver: the disk is gone' });
  });
});

describe('moving the leader', () => {
  it('is for the leader, and to a member', async () => {
    const { client, store } = await startApi();
    await client.call(maintenanceService.moveLeader, { targetId: store.self.id });
    expect(store.calls).toEqual([`move leader ${store.self.id}`]);
    const bad = 'etcdserver: bad leader transferee';
    for (const targetId of [4, 2n ** 63n]) {
      await expectRefused(client.call(maintenanceService.moveLeader, { targetId }), status.FAILED_PRECONDITION, bad);
    }
    store.says = { leader: 7 };
    const call = client.call(maintenanceService.moveLeader, { targetId: 4 });
    await expectRefused(call, status.FAILED_PRECONDITION, 'etcdserver: not leader');
  });
});

it('defragments', async () => {
  const { client, store } = await startApi();
  await client.call(maintenanceService.defragment, {});
  expect(store.calls).toEqual(['defragment']);
});

it.each([
  [0, '3.4.0', status.INVALID_ARGUMENT, 'etcdserver: invalid downgrade target version'],
  [1, 'old', status.INVALID_ARGUMENT, 'etcdserver: wrong downgrade target version format'],
  [2, '', status.FAILED_PRECONDITION, 'etcdserver: no inflight downgrade job'],
])('refuses to downgrade (%i to %s)', async (action, version, code, words) => {
  const { client } = await startApi();
  await expectRefused(client.call(maintenanceService.downgrade, { action, version }), code, words);
});

describe('authentication', () => {
  it('is not enabled, and cannot be', async () => {
    const { client } = await startApi();
    const { authStatus, ...others } = authService;
    expect(await client.call(authStatus, {})).toMatchObject({ enabled: false });
    for (const method of Object.values(others)) {
      const words = 'etcdserver: authentication is not enabled';
      await expectRefused(client.call(method, {}), status.FAILED_PRECONDITION, words);
    }
  });
});

describe('who cannot be served', () => {
  it('by a learner: all but status and serializable ranges', async () => {
    const { client, store } = await startApi();
    store.says = { isLearner: true };
    await client.call(maintenanceService.status, {});
    await client.call(kvService.range, { key: 'a', serializable: true });
    const words = 'etcdserver: rpc not supported for learner';
    await expectRefused(client.call(kvService.range, { key: 'a' }), status.UNAVAILABLE, words);
    await expectRefused(client.call(kvService.put, { key: 'a' }), status.UNAVAILABLE, words);
  });

  it('without a leader: those who require one', async () => {
    const { client, store } = await startApi();
    store.says = { leader: 0 };
    const call = client.call(kvService.put, { key: 'a' }, { hasleader: 'true' });
    await expectRefused(call, status.UNAVAILABLE, 'etcdserver: no leader');
    await client.call(kvService.put, { key: 'a' });
  });
});

describe('health', () => {
  const ofHealth = service('grpc.health.v1.Health');
  const request = message('HealthCheckRequest', { service: single(1, text) });
  const response = message('HealthCheckResponse', { status: single(1, enumeration) });

  it("is gRPC's", async () => {
    const { client, store } = await startApi();
    const check = ofHealth('Check', request, response);
    expect(await client.call(check, {})).toEqual({ status: 1 });
    await expectRefused(client.call(check, { service: 'x' }), status.NOT_FOUND, 'unknown service');
    store.says = { leader: 0 };
    expect(await client.call(check, {})).toEqual({ status: 2 });
  });

  it('is to be had by GET as well, as is the version', async () => {
    const { store, port } = await startApi();
    const get = async (path: string) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`);
      return [answer.status, await answer.json()];
    };
    expect(await get('/health')).toEqual([200, { health: 'true', reason: '' }]);
    expect(await get('/version')).toEqual([200, { etcdserver: '3.5.21', etcdcluster: '3.5.0' }]);
    expect((await get('/v3/kv/range'))[0]).toBe(404);
    store.linearizeError = new StorageError('timeout', 'no answer');
    expect(await get('/health')).toEqual([503, { health: 'false', reason: 'QGET ERROR:no answer' }]);
    expect((await get('/health?serializable=true'))[0]).toBe(200);
    store.says = { leader: 0 };
    expect(await get('/health')).toEqual([503, { health: 'false', reason: 'RAFT NO LEADER' }]);
    await store.raiseAlarm({ member: store.self.id, type: 'noSpace' });
    expect(await get('/health')).toEqual([503, { health: 'false', reason: 'ALARM NOSPACE' }]);
  });
});

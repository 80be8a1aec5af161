import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { clusterService } from '../etcd-proto/index.ts';
import { StorageError } from '../storage.ts';
import { expectRefused, startApi } from './testing/harness.ts';

const header = { clusterId: 0xc0_0000_0001, memberId: 0x1000_0000_0001, revision: 0, raftTerm: 2 };

describe('members', () => {
  it('are listed, with a header of no revision', async () => {
    const { client, store } = await startApi();
    const { self } = store;
    expect(await client.call(clusterService.memberList, {})).toEqual({ header, members: [self] });
    expect(store.linearized).toBe(0);
    await client.call(clusterService.memberList, { linearizable: true });
    expect(store.linearized).toBe(1);
  });

  it('are added, changed and removed, and each answer lists them all', async () => {
    const { client, store } = await startApi();
    const peerUrls = ['http://10.0.0.2:2380', 'http://10.0.0.1:2380'];
    const added = await client.call(clusterService.memberAdd, { peerUrls, isLearner: true });
    const id = added.member?.id ?? 0;
    const member = { id, name: '', peerUrls: peerUrls.toSorted(), clientUrls: [], isLearner: true };
    expect(added).toEqual({ header, member, members: [store.self, member] });
    const changed = { ...member, peerUrls: ['https://a.example:1'] };
    expect(await client.call(clusterService.memberUpdate, { id, peerUrls: changed.peerUrls })).toEqual({
      header,
      members: [store.self, changed],
    });
    expect(await client.call(clusterService.memberRemove, { id })).toEqual({ header, members: [store.self] });
  });

  it.each([[[]], [['10.0.0.1:2380']], [['http://10.0.0.1']], [['ftp://a:1']], [['http://a:1/path']], [['http://:80']]])(
    'are not added with the addresses %j',
    async (peerUrls) => {
      const { client, store } = await startApi();
      const words = 'etcdserver: given member URLs are invalid';
      await expectRefused(client.call(clusterService.memberAdd, { peerUrls }), status.INVALID_ARGUMENT, words);
      const update = { id: store.self.id, peerUrls };
      await expectRefused(client.call(clusterService.memberUpdate, update), status.INVALID_ARGUMENT, words);
      expect(store.members()).toEqual([store.self]);
    },
  );

  it('that are not there cannot be changed', async () => {
    const { client } = await startApi();
    const words = 'etcdserver: member not found';
    for (const id of [5, 2n ** 63n]) {
      await expectRefused(client.call(clusterService.memberRemove, { id }), status.NOT_FOUND, words);
      await expectRefused(client.call(clusterService.memberPromote, { id }), status.NOT_FOUND, words);
      const update = { id, peerUrls: ['http://a:1'] };
      await expectRefused(client.call(clusterService.memberUpdate, update), status.NOT_FOUND, words);
    }
  });

  it.each<[ConstructorParameters<typeof StorageError>[0], number, string]>([
    ['member-exists', status.FAILED_PRECONDITION, 'etcdserver: member ID already exist'],
    ['peer-url-exists', status.FAILED_PRECONDITION, 'etcdserver: Peer URLs already exists'],
    ['too-many-learners', status.FAILED_PRECONDITION, 'etcdserver: too many learner members in cluster'],
    ['not-a-learner', status.FAILED_PRECONDITION, 'etcdserver: can only promote a learner member'],
    [
      'learner-not-ready',
      status.FAILED_PRECONDITION,
      'etcdserver: can only promote a learner member which is in sync with leader',
    ],
    ['unhealthy', status.UNAVAILABLE, 'etcdserver: unhealthy cluster'],
    ['not-leader', status.FAILED_PRECONDITION, 'etcdserver: not leader'],
  ])("are refused in etcd's words when the store says %s", async (code, rpc, words) => {
    const { client, store } = await startApi();
    store.promoteMember = () => Promise.reject(new StorageError(code, 'no'));
    await expectRefused(client.call(clusterService.memberPromote, { id: 5 }), rpc, words);
  });
});

describe('a learner', () => {
  it('answers nothing about members', async () => {
    const { client, store } = await startApi();
    store.says = { isLearner: true };
    const words = 'etcdserver: rpc not supported for learner';
    await expectRefused(client.call(clusterService.memberList, {}), status.UNAVAILABLE, words);
  });
});

import { expect, it } from 'vitest';
import { planStore, type MemberFlags } from './member-options.ts';

const alone: MemberFlags = {
  etcdName: 'default',
  etcdInitialCluster: {},
  etcdInitialClusterState: 'new',
  etcdInitialClusterToken: 'etcd-cluster',
  etcdListenPeerUrls: undefined,
  etcdInitialAdvertisePeerUrls: undefined,
  etcdListenClientUrls: undefined,
  etcdAdvertiseClientUrls: undefined,
};
const three: MemberFlags = {
  ...alone,
  etcdName: 'a',
  etcdInitialCluster: { a: 'https://10.0.0.1:2380', b: 'https://10.0.0.2:2380', c: 'https://[fd00::3]:2380' },
};

it('is one member that nobody joins when no cluster is named', () => {
  expect(planStore(alone)).toEqual({ name: 'default', cluster: undefined, clientUrls: [], listenClient: undefined });
  expect(planStore({ ...alone, etcdListenClientUrls: 'https://127.0.0.1:2379' }).listenClient).toEqual({
    host: '127.0.0.1',
    port: 2379,
  });
});

it('takes the member’s own address from the cluster unless told', () => {
  expect(planStore({ ...three, etcdListenClientUrls: 'https://10.0.0.1:2379' })).toEqual({
    name: 'a',
    cluster: {
      initialCluster: {
        a: ['https://10.0.0.1:2380'],
        b: ['https://10.0.0.2:2380'],
        c: ['https://[fd00::3]:2380'],
      },
      initialClusterState: 'new',
      initialClusterToken: 'etcd-cluster',
      listenPeer: { host: '10.0.0.1', port: 2380 },
    },
    clientUrls: ['https://10.0.0.1:2379'],
    listenClient: { host: '10.0.0.1', port: 2379 },
  });
  const told = planStore({
    ...three,
    etcdName: 'c',
    etcdInitialClusterState: 'existing',
    etcdListenPeerUrls: 'https://0.0.0.0:2380',
    etcdListenClientUrls: 'https://[::]:2379',
    etcdAdvertiseClientUrls: 'https://c.example.com:2379',
  });
  expect(told.listenClient).toEqual({ host: '::', port: 2379 });
  expect(told.clientUrls).toEqual(['https://c.example.com:2379']);
  expect(told.cluster).toMatchObject({ initialClusterState: 'existing', listenPeer: { host: '0.0.0.0', port: 2380 } });
});

it.each<[string, Partial<MemberFlags>]>([
  ['couldn\'t find local name "x" in the initial cluster configuration', { etcdName: 'x' }],
  [
    '--etcd-initial-cluster has a=https://10.0.0.1:2380 but missing from --etcd-initial-advertise-peer-urls=https://10.0.0.9:2380',
    { etcdInitialAdvertisePeerUrls: 'https://10.0.0.9:2380' },
  ],
  [
    '--etcd-listen-peer-urls: URL scheme must be https: http://10.0.0.1:2380',
    { etcdListenPeerUrls: 'http://10.0.0.1:2380' },
  ],
  ['--etcd-initial-cluster: URL must have a port: https://10.0.0.1', { etcdInitialCluster: { a: 'https://10.0.0.1' } }],
  ['--etcd-listen-client-urls: URL must not contain a path: https://h:1/x', { etcdListenClientUrls: 'https://h:1/x' }],
  [
    '--etcd-listen-peer-urls: one URL is taken, not several: https://h:1,https://h:2',
    { etcdListenPeerUrls: 'https://h:1,https://h:2' },
  ],
])('says %s', (message, given) => {
  expect(() => planStore({ ...three, ...given })).toThrow(message);
});

it('does not listen to peers of no cluster', () => {
  expect(() => planStore({ ...alone, etcdListenPeerUrls: 'https://h:1' })).toThrow('needs --etcd-initial-cluster');
});

import type { ClusterOptions } from '@wherry/store';

/** The flags of a member as they were given; see flags.ts. */
export interface MemberFlags {
  readonly etcdName: string;
  readonly etcdInitialCluster: Readonly<Record<string, string>>;
  readonly etcdInitialClusterState: string;
  readonly etcdInitialClusterToken: string;
  readonly etcdListenPeerUrls: string | undefined;
  readonly etcdInitialAdvertisePeerUrls: string | undefined;
  readonly etcdListenClientUrls: string | undefined;
  readonly etcdAdvertiseClientUrls: string | undefined;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface StorePlan {
  readonly name: string;
  /** Undefined: a store of one member that nobody can join. */
  readonly cluster: Omit<ClusterOptions, 'peerTls'> | undefined;
  readonly clientUrls: string[];
  /** Where the etcd v3 API is served, if it is. */
  readonly listenClient: Address | undefined;
}

/** Pure: what the flags mean. @throws {Error} naming the flag that does not fit, in etcd's words where it has some */
export function planStore(flags: MemberFlags): StorePlan {
  const { etcdName: name, etcdInitialCluster: given } = flags;
  const listenClient = addressOf('--etcd-listen-client-urls', flags.etcdListenClientUrls);
  const clientUrl = flags.etcdAdvertiseClientUrls ?? flags.etcdListenClientUrls;
  if (clientUrl !== undefined) checkUrl('--etcd-advertise-client-urls', clientUrl);
  const plan = { name, clientUrls: clientUrl === undefined ? [] : [clientUrl], listenClient };
  if (Object.keys(given).length === 0) {
    if (flags.etcdListenPeerUrls !== undefined) throw new Error('--etcd-listen-peer-urls needs --etcd-initial-cluster');
    return { ...plan, cluster: undefined };
  }
  for (const url of Object.values(given)) checkUrl('--etcd-initial-cluster', url);
  const ownUrl = given[name];
  if (ownUrl === undefined) throw new Error(`couldn't find local name "${name}" in the initial cluster configuration`);
  const advertised = flags.etcdInitialAdvertisePeerUrls ?? ownUrl;
  checkUrl('--etcd-initial-advertise-peer-urls', advertised);
  if (advertised !== ownUrl) {
    throw new Error(
      `--etcd-initial-cluster has ${name}=${ownUrl} but missing from --etcd-initial-advertise-peer-urls=${advertised}`,
    );
  }
  const listenPeer = addressOf('--etcd-listen-peer-urls', flags.etcdListenPeerUrls ?? ownUrl) as Address;
  return {
    ...plan,
    cluster: {
      initialCluster: Object.fromEntries(Object.entries(given).map(([member, url]) => [member, [url]])),
      initialClusterState: flags.etcdInitialClusterState === 'existing' ? 'existing' : 'new',
      initialClusterToken: flags.etcdInitialClusterToken,
      listenPeer,
    },
  };
}

function addressOf(flag: string, url: string | undefined): Address | undefined {
  if (url === undefined) return undefined;
  const { hostname, port } = checkUrl(flag, url);
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
}

/** One URL with a port, over TLS: nothing of the store goes over the network in the clear. */
function checkUrl(flag: string, text: string): URL {
  if (text.includes(',')) throw new Error(`${flag}: one URL is taken, not several: ${text}`);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.protocol !== 'https:') throw new Error(`${flag}: URL scheme must be https: ${text}`);
  if (url.port === '') throw new Error(`${flag}: URL must have a port: ${text}`);
  if (url.pathname !== '/' || url.search !== '') throw new Error(`${flag}: URL must not contain a path: ${text}`);
  return url;
}

import {
  booleanFlag,
  durationFlag,
  integerFlag,
  listFlag,
  stringFlag,
  type FlagTable,
  type FlagValues,
} from '@wherry/daemon';

/** Upstream's flags, with upstream's defaults. */
export const proxyFlags = {
  kubeconfig: stringFlag('path to the kubeconfig file with the credentials and the address of the apiserver'),
  hostnameOverride: stringFlag('the name of this node, if it is not the name of the host'),
  clusterCidr: stringFlag('addresses of pods: traffic to a cluster IP from elsewhere is masqueraded'),
  bindAddress: stringFlag(
    "the node's primary address, for --nodeport-addresses=primary; found out when unspecified",
    '0.0.0.0',
  ),
  healthzBindAddress: stringFlag('address and port of /healthz and /livez; empty for none', '0.0.0.0:10256'),
  metricsBindAddress: stringFlag('address and port of /metrics; empty for none', '127.0.0.1:10249'),
  iptablesSyncPeriod: durationFlag('how often all rules are compared with what stands', 30_000, { min: 1 }),
  iptablesMinSyncPeriod: durationFlag('least time between two syncs because of changes', 1_000),
  iptablesMasqueradeBit: integerFlag('the bit of the packet mark that asks for masquerading', 14, { max: 31 }),
  iptablesLocalhostNodeports: booleanFlag('NodePorts answer on 127.0.0.1 as well', true),
  masqueradeAll: booleanFlag('masquerade all traffic to cluster IPs', false),
  nodeportAddresses: listFlag("CIDRs of the addresses on which NodePorts answer, or 'primary'; all when empty"),
  networkPolicies: booleanFlag("enforce NetworkPolicies (ours, not upstream's: off where another program does)", true),
  cleanup: booleanFlag('remove all chains of kube-proxy and exit', false),
} satisfies FlagTable;

export type ProxyFlags = FlagValues<typeof proxyFlags>;

/** Throws for what cannot be meant, naming the flag. */
export function checkFlags(flags: ProxyFlags): void {
  if (flags.iptablesMinSyncPeriod > flags.iptablesSyncPeriod)
    throw new Error('--iptables-min-sync-period must not be greater than --iptables-sync-period');
  if (flags.clusterCidr !== undefined) checkCidrs(flags.clusterCidr.split(','));
}

/** The first IPv4 CIDR of --cluster-cidr, which may carry one of each family. */
export function clusterCidrOf(flags: ProxyFlags): string | undefined {
  return flags.clusterCidr?.split(',').find((cidr) => !cidr.includes(':'));
}

function checkCidrs(cidrs: readonly string[]): void {
  for (const cidr of cidrs)
    if (!/^(\d{1,3}(\.\d{1,3}){3}\/([12]?\d|3[0-2])|[\da-f:]+\/\d{1,3})$/i.test(cidr))
      throw new Error(`invalid CIDR address: ${JSON.stringify(cidr)} in --cluster-cidr`);
}

export interface Listen {
  readonly host: string;
  readonly port: number;
}

/** Reads host:port, [v6]:port, :port, or an address alone, which takes the default port; undefined for ''. */
export function parseListen(flag: string, text: string, defaultPort: number): Listen | undefined {
  if (text === '') return undefined;
  const [, v6, plain, port] = /^(?:\[([\da-f:]+)\]|([^:]*))(?::(\d+))?$/i.exec(text) ?? [];
  const number = port === undefined ? defaultPort : Number(port);
  if ((v6 === undefined && plain === undefined) || number > 65_535)
    throw new Error(`${flag}: expected ADDRESS:PORT, not ${JSON.stringify(text)}`);
  return { host: v6 ?? (plain === '' || plain === undefined ? '0.0.0.0' : plain), port: number };
}

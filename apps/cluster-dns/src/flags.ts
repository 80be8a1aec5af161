import { durationFlag, integerFlag, listFlag, stringFlag, type FlagTable, type FlagValues } from '@wherry/daemon';
import { nameserversOf, parseUpstream, type Upstream } from './core/upstreams.ts';

/** What kubeadm writes into CoreDNS' Corefile, as flags, with the same defaults. */
export const dnsFlags = {
  kubeconfig: stringFlag('path to a kubeconfig; without one the service account of the pod is used'),
  staticSnapshot: stringFlag('JSON file with a list of objects to serve instead of a cluster, for trying out'),
  bindAddress: stringFlag('IP address to answer on; :: is all of both families', '0.0.0.0'),
  port: integerFlag('port to answer on, by UDP and TCP', 53, { max: 65_535 }),
  clusterDomain: stringFlag('the domain of the cluster', 'cluster.local'),
  ttl: integerFlag('seconds for which records of the cluster may be kept', 30, { max: 3_600 }),
  pods: stringFlag("names of pods' addresses: disabled, insecure (any address) or verified", 'insecure', {
    choices: ['disabled', 'insecure', 'verified'],
  }),
  upstream: listFlag('DNS servers for all other names; those of --resolv-conf when empty, none for "none"'),
  resolvConf: stringFlag('where the other DNS servers are written down', '/etc/resolv.conf'),
  cacheMaxTtl: integerFlag('seconds for which answers of others are kept at most; 0 keeps none', 30, { max: 86_400 }),
  cacheSize: integerFlag('how many answers of others are kept', 10_000, { min: 0, max: 1_000_000 }),
  maxConcurrent: integerFlag('how many questions to others may be open', 1_000, { min: 1, max: 60_000 }),
  lameduck: durationFlag('how long questions are still answered after the signal to stop', 5_000, { max: 60_000 }),
  healthBindAddress: stringFlag('address and port of /health; empty for none', ':8080'),
  readyBindAddress: stringFlag('address and port of /ready; empty for none', ':8181'),
  metricsBindAddress: stringFlag('address and port of /metrics; empty for none', ':9153'),
} satisfies FlagTable;

export type DnsFlags = FlagValues<typeof dnsFlags>;

export interface Listen {
  readonly host: string;
  readonly port: number;
}

/** Reads host:port, [v6]:port or :port, which is all IPv4 addresses; undefined for ''. @throws {Error} naming the flag */
export function parseListen(flag: string, text: string): Listen | undefined {
  if (text === '') return undefined;
  const [, v6, plain = '', port] = /^(?:\[([\da-f:]+)\]|([^:]*)):(\d+)$/i.exec(text) ?? [];
  if (port === undefined || Number(port) > 65_535) {
    throw new Error(`${flag}: expected ADDRESS:PORT, not ${JSON.stringify(text)}`);
  }
  return { host: v6 ?? (plain === '' ? '0.0.0.0' : plain), port: Number(port) };
}

/** @param resolvConf text of the file, read when nothing is told @throws {Error} for what is no address */
export function upstreamsOf(flags: Pick<DnsFlags, 'upstream'>, resolvConf: () => string): Upstream[] {
  if (flags.upstream.length === 0) return nameserversOf(resolvConf());
  return flags.upstream.filter((text) => text !== 'none').map(parseUpstream);
}

/** @throws {Error} for what cannot be a domain */
export function parseDomain(text: string): string {
  const domain = text.toLowerCase().replace(/\.$/, '');
  if (domain.length > 200 || !/^[a-z\d]([-a-z\d]{0,61}[a-z\d])?(\.[a-z\d]([-a-z\d]{0,61}[a-z\d])?)*$/.test(domain)) {
    throw new Error(`--cluster-domain: ${JSON.stringify(text)} is not a DNS domain`);
  }
  return domain;
}

import type { Pod } from '@wherry/api';
import { hostnameOf } from '../docker/container-config.ts';

export interface DnsOptions {
  readonly clusterDns: readonly string[];
  readonly clusterDomain: string;
  /** The host's resolv.conf, as text. */
  readonly hostResolvConf: string;
}

/** /etc/hosts of a pod with its own network. */
export function hostsFile(pod: Pod, podIp: string, clusterDomain: string): string {
  const hostname = hostnameOf(pod);
  const { subdomain } = pod.spec;
  const full = subdomain ? `${hostname}.${subdomain}.${pod.metadata.namespace}.svc.${clusterDomain}` : undefined;
  const lines = [
    '# Kubernetes-managed hosts file.',
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    'fe00::0\tip6-mcastprefix',
    'fe00::1\tip6-allnodes',
    'fe00::2\tip6-allrouters',
    `${podIp}\t${full === undefined ? hostname : `${full}\t${hostname}`}`,
  ];
  return `${lines.join('\n')}\n${aliasLines(pod)}`;
}

/** A pod on the host's network sees the host's names, and its own aliases. */
export function hostNetworkHosts(pod: Pod, hostFile: string): string {
  return `# Kubernetes-managed hosts file (host network).\n${hostFile}${aliasLines(pod)}`;
}

function aliasLines(pod: Pod): string {
  const aliases = pod.spec.hostAliases ?? [];
  if (aliases.length === 0) return '';
  const lines = aliases.map(({ ip, hostnames }) => `${ip}\t${(hostnames ?? []).join('\t')}`);
  return `\n# Entries added by HostAliases.\n${lines.join('\n')}\n`;
}

interface Resolver {
  readonly nameservers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

/** /etc/resolv.conf by the pod's dnsPolicy and dnsConfig; at most 3 servers and 32 search domains, as libc reads. */
export function resolvConf(pod: Pod, dns: DnsOptions): string {
  const host = parseResolvConf(dns.hostResolvConf);
  const base = baseResolver(pod, dns, host);
  const config = pod.spec.dnsConfig;
  const nameservers = unique([...base.nameservers, ...(config?.nameservers ?? [])]).slice(0, 3);
  const searches = unique([...base.searches, ...(config?.searches ?? [])]).slice(0, 32);
  const options = mergeOptions(base.options, config?.options ?? []);
  return [
    ...(searches.length > 0 ? [`search ${searches.join(' ')}`] : []),
    ...nameservers.map((server) => `nameserver ${server}`),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
    '',
  ].join('\n');
}

function baseResolver(pod: Pod, dns: DnsOptions, host: Resolver): Resolver {
  const policy = pod.spec.dnsPolicy ?? 'ClusterFirst';
  if (policy === 'None') return { nameservers: [], searches: [], options: [] };
  const wantsCluster =
    policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && pod.spec.hostNetwork !== true);
  if (!wantsCluster || dns.clusterDns.length === 0) return host;
  const domain = dns.clusterDomain;
  const cluster = [`${pod.metadata.namespace}.svc.${domain}`, `svc.${domain}`, domain];
  return { nameservers: dns.clusterDns, searches: [...cluster, ...host.searches], options: ['ndots:5'] };
}

function mergeOptions(
  base: readonly string[],
  added: readonly { name?: string | undefined; value?: string | undefined }[],
): string[] {
  const merged = new Map(base.map((option) => [option.split(':')[0] ?? '', option]));
  for (const { name = '', value } of added) merged.set(name, value === undefined ? name : `${name}:${value}`);
  return [...merged.values()];
}

export function parseResolvConf(text: string): Resolver {
  const nameservers: string[] = [];
  let searches: string[] = [];
  let options: string[] = [];
  for (const line of text.split('\n')) {
    const [word, ...values] = line.trim().split(/\s+/);
    if (word === 'nameserver' && values[0] !== undefined) nameservers.push(values[0]);
    else if (word === 'search') searches = values.filter((value) => value !== '.');
    else if (word === 'options') options = values;
  }
  return { nameservers, searches, options };
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}

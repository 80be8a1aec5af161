import type { Pod } from '@wherry/api';

export interface DnsOptions {
  readonly clusterDns: readonly string[];
  readonly clusterDomain: string;
  /** Path of the host's resolv.conf; '' for pods that are to look up nothing by the host's servers. */
  readonly resolvConf: string;
}

export interface ResolverInput extends Pick<DnsOptions, 'clusterDns' | 'clusterDomain'> {
  /** The host's resolv.conf, as text; undefined when it is not to be used. */
  readonly hostResolvConf: string | undefined;
}

/** What a resolv.conf says. */
export interface Resolver {
  readonly nameservers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

export interface PodResolver {
  /** /etc/resolv.conf of the pod. */
  readonly text: string;
  /** Events that tell what could not be done, as upstream words them. */
  readonly warnings: readonly { readonly reason: string; readonly message: string }[];
}

/** Upstream's bounds: what libc reads, and how long a search list may be in all. */
const maxNameservers = 3;
const maxSearches = 32;
const maxSearchChars = 2_048;
const maxSearchDomain = 253;

/** /etc/resolv.conf by the pod's dnsPolicy and dnsConfig. */
export function podResolver(pod: Pod, input: ResolverInput): PodResolver {
  const warnings: PodResolver['warnings'][number][] = [];
  const base = baseResolver(pod, input, (message) => warnings.push({ reason: 'MissingClusterDNS', message }));
  const config = pod.spec.dnsConfig;
  const warn = (message: string): number => warnings.push({ reason: 'DNSConfigForming', message });
  const nameservers = fitNameservers(unique([...base.nameservers, ...(config?.nameservers ?? [])]), warn);
  const searches = fitSearches(unique([...base.searches, ...(config?.searches ?? [])]), warn);
  const options = config === undefined ? base.options : mergeOptions(base.options, config.options ?? []);
  const lines = [
    ...(searches.length > 0 ? [`search ${searches.join(' ')}`] : []),
    ...nameservers.map((server) => `nameserver ${server}`),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
  ];
  return { text: lines.map((line) => `${line}\n`).join(''), warnings };
}

function baseResolver(pod: Pod, input: ResolverInput, warn: (message: string) => void): Resolver {
  const policy = pod.spec.dnsPolicy ?? 'ClusterFirst';
  if (policy === 'None') return { nameservers: [], searches: [], options: [] };
  const host = input.hostResolvConf === undefined ? undefined : parseResolvConf(input.hostResolvConf);
  const wantsCluster =
    policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && pod.spec.hostNetwork !== true);
  if (wantsCluster && input.clusterDns.length > 0) {
    const searches = unique([...clusterSearches(pod, input.clusterDomain), ...(host?.searches ?? [])]);
    return { nameservers: input.clusterDns, searches, options: ['ndots:5'] };
  }
  if (wantsCluster) {
    const { namespace, name, uid } = pod.metadata;
    const fallback = `kubelet does not have ClusterDNS IP configured and cannot create Pod using "ClusterFirst" policy. Falling back to "Default" policy.`;
    warn(`pod: "${name}_${namespace}(${uid})". ${fallback}`);
  }
  // Without any server libc would ask the one on the same machine: said plainly.
  return host ?? { nameservers: ['127.0.0.1'], searches: ['.'], options: [] };
}

function clusterSearches(pod: Pod, domain: string): string[] {
  return domain === '' ? [] : [`${pod.metadata.namespace}.svc.${domain}`, `svc.${domain}`, domain];
}

function fitNameservers(servers: readonly string[], warn: (message: string) => void): readonly string[] {
  if (servers.length <= maxNameservers) return servers;
  const kept = servers.slice(0, maxNameservers);
  warn(
    `Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: ${kept.join(' ')}`,
  );
  return kept;
}

/** A domain that is too long makes some libraries abort, so it goes even where there is room. */
function fitSearches(searches: readonly string[], warn: (message: string) => void): readonly string[] {
  let kept = searches.slice(0, maxSearches).filter((search) => search.length <= maxSearchDomain);
  while (kept.join(' ').length > maxSearchChars) kept = kept.slice(0, -1);
  if (kept.length < searches.length) {
    warn(
      `Search Line limits were exceeded, some search paths have been omitted, the applied search line is: ${kept.join(' ')}`,
    );
  }
  return kept;
}

/** The pod's own win. */
function mergeOptions(
  base: readonly string[],
  added: readonly { readonly name?: string | undefined; readonly value?: string | undefined }[],
): string[] {
  const merged = new Map(base.map((option) => [option.split(':', 1)[0] ?? '', option]));
  for (const { name = '', value } of added) merged.set(name, value ? `${name}:${value}` : name);
  return [...merged.values()];
}

/** Of several `search` or `options` lines the last counts. */
export function parseResolvConf(text: string): Resolver {
  const nameservers: string[] = [];
  let searches: string[] = [];
  let options: string[] = [];
  for (const line of text.split('\n')) {
    const [word, ...values] = line.trim().split(/\s+/);
    if (word === 'nameserver' && values[0] !== undefined) nameservers.push(values[0]);
    else if (word === 'search') searches = values.map((value) => (value === '.' ? value : value.replace(/\.$/, '')));
    else if (word === 'options') options = values;
  }
  return { nameservers, searches, options };
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}

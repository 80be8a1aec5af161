import { isReverse, reverseAddress } from './addresses.ts';
import type { Snapshot } from './cluster-index.ts';
import { RCODE, TYPE } from './codes.ts';
import { findName } from './find-name.ts';
import { bothFamilies, minimal, recordsOf } from './records-of.ts';
import type { ResourceRecord, Sections } from './records.ts';
import type { AnswerLimits, ZoneConfig } from './zone.ts';

export interface Question {
  /** In lower case, without the root. */
  readonly labels: readonly string[];
  readonly type: number;
}

export type Answer =
  | ({ readonly kind: 'answer'; readonly rcode: number } & Sections)
  /** Not ours to know. */
  | { readonly kind: 'forward' }
  /** A chain of aliases that leads out of the zone: whoever knows `target` has the rest. */
  | { readonly kind: 'alias'; readonly answers: readonly ResourceRecord[]; readonly target: string };

const maxAliases = 8;

/**
 * Answers from the names of the cluster as the Kubernetes DNS specification has them, and where it leaves a choice, as
 * CoreDNS does under kubeadm's configuration.
 */
export function answer(question: Question, snapshot: Snapshot, zone: ZoneConfig, limits: AnswerLimits): Answer {
  const { labels, type } = question;
  if (type === TYPE.AXFR || type === TYPE.IXFR) return coded(RCODE.REFUSED);
  if (isReverse(labels)) return reverse(question, snapshot, zone);
  const rest = within(labels, zone.domain);
  if (rest === undefined) return { kind: 'forward' };
  const name = labels.join('.');
  if (rest.length === 0 && type === TYPE.SOA) return found([soa(zone, snapshot)]);
  if (rest.length === 0 && type === TYPE.NS) return nameservers(name, snapshot, zone);
  const aliases: ResourceRecord[] = [];
  let here = findName(rest, snapshot, zone);
  let owner = name;
  // An ExternalName may name another Service of ours.
  while (here.kind === 'external') {
    const { target } = here;
    if (type !== TYPE.A && type !== TYPE.AAAA && type !== TYPE.CNAME && type !== TYPE.ANY) break;
    if (type === TYPE.ANY) return found([minimal(name)]);
    aliases.push({ name: owner, type: 'CNAME', ttl: zone.ttl, data: target });
    if (type === TYPE.CNAME) return found(aliases);
    const targetLabels = target.toLowerCase().split('.');
    const inZone = within(targetLabels, zone.domain);
    if (inZone === undefined) return { kind: 'alias', answers: aliases, target };
    if (aliases.length === maxAliases) return coded(RCODE.SERVFAIL);
    owner = target;
    here = findName(inZone, snapshot, zone);
  }
  if (here.kind === 'none')
    return snapshot.synced ? negative(RCODE.NXDOMAIN, snapshot, zone, aliases) : coded(RCODE.SERVFAIL);
  const sections = recordsOf(here, owner, type, zone, limits);
  return sections.answers.length > 0
    ? found([...aliases, ...sections.answers], sections.additionals)
    : negative(RCODE.NOERROR, snapshot, zone, aliases);
}

function reverse({ labels, type }: Question, snapshot: Snapshot, zone: ZoneConfig): Answer {
  const ip = type === TYPE.PTR ? reverseAddress(labels) : undefined;
  if (ip === undefined) return { kind: 'forward' };
  const name = labels.join('.');
  const service = snapshot.serviceOf(ip);
  const targets =
    service === undefined
      ? [...snapshot.endpointsAt(ip)].flatMap(({ service: of, hostname }) =>
          hostname === undefined ? [] : [`${hostname}.${of}`],
        )
      : [service];
  if (targets.length === 0) return { kind: 'forward' };
  const ptr = (target: string): ResourceRecord => ({
    name,
    type: 'PTR',
    ttl: zone.ttl,
    data: `${target}.svc.${zone.domain}`,
  });
  return found([...new Set(targets)].map(ptr));
}

/** The Services by which this server is reached, or itself when it is behind none. */
function nameservers(name: string, snapshot: Snapshot, zone: ZoneConfig): Answer {
  const services = new Set(
    zone.ownAddresses.flatMap((ip) => [...snapshot.endpointsAt(ip)].map(({ service }) => service)),
  );
  const servers = new Map<string, readonly string[]>();
  for (const key of services) {
    const [service = '', namespace = ''] = key.split('.');
    const view = snapshot.service(namespace, service);
    if (view?.kind === 'clusterIp') servers.set(`${key}.svc.${zone.domain}`, view.ips);
  }
  if (servers.size === 0) servers.set(`ns.dns.${zone.domain}`, zone.ownAddresses);
  const glue = [...servers].flatMap(([target, ips]) => bothFamilies(target, ips, zone.ttl));
  return found(
    [...servers.keys()].map((data): ResourceRecord => ({ name, type: 'NS', ttl: zone.ttl, data })),
    glue,
  );
}

/** Its minimum says how long a "no" is remembered (RFC 2308). */
function soa({ domain, ttl }: ZoneConfig, { serial }: Snapshot): ResourceRecord {
  const [mname, rname] = [`ns.dns.${domain}`, `hostmaster.${domain}`];
  const data = { mname, rname, serial, refresh: 7_200, retry: 1_800, expire: 86_400, minimum: ttl };
  return { name: domain, type: 'SOA', ttl, data };
}

function found(answers: readonly ResourceRecord[], additionals: readonly ResourceRecord[] = []): Answer {
  return { kind: 'answer', rcode: RCODE.NOERROR, answers, authorities: [], additionals };
}

function negative(rcode: number, snapshot: Snapshot, zone: ZoneConfig, answers: readonly ResourceRecord[]): Answer {
  return { kind: 'answer', rcode, answers, authorities: [soa(zone, snapshot)], additionals: [] };
}

function coded(rcode: number): Answer {
  return { kind: 'answer', rcode, answers: [], authorities: [], additionals: [] };
}

/** The labels before the domain; undefined when the name is not within it. */
function within(labels: readonly string[], domain: string): readonly string[] | undefined {
  const zone = domain.split('.');
  const start = labels.length - zone.length;
  if (start < 0 || !zone.every((label, index) => labels[start + index] === label)) return undefined;
  return labels.slice(0, start);
}

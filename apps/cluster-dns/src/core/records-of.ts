import type { EndpointView } from './cluster-index.ts';
import { TYPE } from './codes.ts';
import type { Thing } from './find-name.ts';
import type { ResourceRecord, Sections } from './records.ts';
import type { AnswerLimits, ZoneConfig } from './zone.ts';

type RecordSets = Pick<Sections, 'answers' | 'additionals'>;

const schemaVersionTtl = 28_800;
const nothing: RecordSets = { answers: [], additionals: [] };

/** The records of one type of what a name stands for, and those that who asked for them will ask for next. */
export function recordsOf(
  thing: Thing,
  owner: string,
  type: number,
  zone: ZoneConfig,
  limits: AnswerLimits,
): RecordSets {
  if (type === TYPE.ANY && thing.kind !== 'empty') return { answers: [minimal(owner)], additionals: [] };
  switch (thing.kind) {
    case 'text':
      if (type !== TYPE.TXT) return nothing;
      return { answers: [{ name: owner, type: 'TXT', ttl: schemaVersionTtl, data: [thing.text] }], additionals: [] };
    case 'addresses':
      if (type === TYPE.SRV) return clusterIpSrv(thing, owner, zone);
      return { answers: addressRecords(owner, thing.ips, type, zone.ttl), additionals: [] };
    case 'endpoints':
      return endpointRecords(thing, owner, type, zone, limits);
    default:
      return nothing;
  }
}

function clusterIpSrv(thing: Thing & { kind: 'addresses' }, owner: string, zone: ZoneConfig): RecordSets {
  const { ports, target, ips } = thing;
  if (ports.length === 0) return nothing;
  const weight = weightOf(ports.length);
  return {
    answers: ports.map(({ port }) => srv(owner, { port, target, weight, ttl: zone.ttl })),
    additionals: bothFamilies(target, ips, zone.ttl),
  };
}

function endpointRecords(
  { v4, v6, matches, service }: Thing & { kind: 'endpoints' },
  owner: string,
  type: number,
  { ttl }: ZoneConfig,
  { rotation, maxRecords }: AnswerLimits,
): RecordSets {
  const isMeant = ({ ports }: EndpointView): boolean => matches === undefined || ports.some(matches);
  const pick = (list: readonly EndpointView[]): EndpointView[] => rotated(list, rotation, maxRecords, isMeant);
  if (type === TYPE.A || type === TYPE.AAAA) {
    const ips = new Set(pick(type === TYPE.A ? v4 : v6).map(({ ip }) => ip));
    return { answers: addressRecords(owner, [...ips], type, ttl), additionals: [] };
  }
  if (type !== TYPE.SRV) return nothing;
  const picked = [...pick(v4), ...pick(v6)];
  const targets = new Map<string, { port: number; target: string }>();
  for (const { label, ports } of picked) {
    const target = `${label}.${service}`;
    const meant = matches === undefined ? ports : ports.filter(matches);
    for (const { port } of meant) targets.set(`${port} ${target}`, { port, target });
  }
  const weight = weightOf(targets.size);
  const glue = picked.filter(({ ports }) => ports.length > 0);
  return {
    answers: [...targets.values()].map((of) => srv(owner, { ...of, weight, ttl })),
    additionals: glue.flatMap(({ ip, label }) => bothFamilies(`${label}.${service}`, [ip], ttl)),
  };
}

/** At most `count` of those that fit, beginning somewhere in the list. */
function rotated<T>(list: readonly T[], rotation: number, count: number, fits: (item: T) => boolean): T[] {
  const picked: T[] = [];
  for (let index = 0; index < list.length && picked.length < count; index++) {
    const item = list[(rotation + index) % list.length] as T;
    if (fits(item)) picked.push(item);
  }
  return picked;
}

export function bothFamilies(name: string, ips: readonly string[], ttl: number): ResourceRecord[] {
  return [...addressRecords(name, ips, TYPE.A, ttl), ...addressRecords(name, ips, TYPE.AAAA, ttl)];
}

function addressRecords(name: string, ips: readonly string[], type: number, ttl: number): ResourceRecord[] {
  if (type !== TYPE.A && type !== TYPE.AAAA) return [];
  const wanted = type === TYPE.AAAA;
  return ips
    .filter((ip) => ip.includes(':') === wanted)
    .map((data): ResourceRecord => ({ name, type: wanted ? 'AAAA' : 'A', ttl, data }));
}

/** All of them together weigh 100. */
function weightOf(count: number): number {
  return Math.floor(100 / Math.max(1, count));
}

function srv(name: string, of: { port: number; target: string; weight: number; ttl: number }): ResourceRecord {
  const { port, target, weight, ttl } = of;
  return { name, type: 'SRV', ttl, data: { priority: 0, weight, port, target } };
}

/** Instead of all that there is, which nobody should be sent because of one small question (RFC 8482). */
export function minimal(name: string): ResourceRecord {
  return { name, type: 'HINFO', ttl: 3_600, data: { cpu: 'RFC8482', os: '' } };
}

import { decode } from 'dns-packet';
import { answer } from '../core/answer.ts';
import type { Snapshot } from '../core/cluster-index.ts';
import { CLASS_IN, RCODE, TYPE, rcodeName, typeName } from '../core/codes.ts';
import { encodeResponse } from '../core/encode.ts';
import type { ResourceRecord, Sections } from '../core/records.ts';
import { noSections } from '../core/records.ts';
import { relay } from '../core/relay.ts';
import { readRequest, type Request } from '../core/request.ts';
import type { ZoneConfig } from '../core/zone.ts';
import type { Forwarder, Forwarded } from './forwarder.ts';

export type Protocol = 'udp' | 'tcp';

export interface ResolverOptions {
  readonly snapshot: Snapshot;
  readonly zone: ZoneConfig;
  readonly forwarder: Forwarder;
  readonly random: () => number;
  /** Told of every answer. */
  readonly observe?: ((answered: Answered) => void) | undefined;
  /** Asked of every question that is not for the cluster: true for one that we sent out ourselves. */
  readonly isOwnProbe?: ((request: Request) => boolean) | undefined;
}

export interface Answered {
  readonly protocol: Protocol;
  /** `cluster` when answered from it, `.` for all else. */
  readonly zone: 'cluster' | '.';
  readonly type: string;
  readonly rcode: string;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly seconds: number;
}

const maxUdp = 4_096;
const minUdp = 512;
const maxTcp = 65_535;
/** The least that a record takes; so many of a kind fit at most. */
const recordBytes = 16;

/** From a message to the answer, whichever way it came. Nothing comes back for what is no question. */
export class Resolver {
  readonly #options: ResolverOptions;

  constructor(options: ResolverOptions) {
    this.#options = options;
  }

  /** At once where it can be; never throws or rejects because of what is asked. */
  answer(message: Buffer, protocol: Protocol): Buffer | undefined | Promise<Buffer | undefined> {
    const startMs = performance.now();
    const read = readRequest(message);
    if (read.kind === 'ignored') return undefined;
    const { request } = read;
    const limit = limitOf(request, protocol);
    const tell = (response: Buffer, zone: Answered['zone']): Buffer => {
      this.#options.observe?.({
        protocol,
        zone,
        type: typeName(request.type),
        rcode: rcodeName((response[3] ?? 0) & 15),
        requestBytes: message.length,
        responseBytes: response.length,
        seconds: (performance.now() - startMs) / 1_000,
      });
      return response;
    };
    if (read.kind === 'refused') return tell(coded(request, read.rcode, limit), '.');
    const { snapshot, zone, random, forwarder } = this.#options;
    const maxRecords = Math.ceil(limit / recordBytes);
    const rotation = Math.floor(random() * 0x10_00_00);
    const said = answer(request, snapshot, zone, { rotation, maxRecords });
    if (said.kind === 'answer') {
      return tell(encodeResponse({ ...said, request, limit, authoritative: said.rcode !== RCODE.REFUSED }), 'cluster');
    }
    if (said.kind === 'alias') {
      return this.#follow(said.answers, said.target, request, limit).then((response) => tell(response, 'cluster'));
    }
    if (this.#options.isOwnProbe?.(request) === true) return tell(coded(request, RCODE.SERVFAIL, limit), '.');
    const kept = forwarder.kept(request);
    const pass = (forwarded: Forwarded | undefined): Buffer =>
      tell(forwarded === undefined ? coded(request, RCODE.SERVFAIL, limit) : passOn(forwarded, request, limit), '.');
    return kept === undefined ? forwarder.ask(request).then(pass) : pass(kept);
  }

  /** What an alias stands for elsewhere; the code is that of the last name (RFC 6604). */
  async #follow(aliases: readonly ResourceRecord[], target: string, asked: Request, limit: number): Promise<Buffer> {
    const request = askFor(target, asked);
    const { forwarder } = this.#options;
    const forwarded = forwarder.kept(request) ?? (await forwarder.ask(request));
    const sections = { ...noSections, answers: [...aliases, ...recordsOf(forwarded)] };
    const rcode = forwarded?.relayed.rcode ?? RCODE.SERVFAIL;
    return encodeResponse({ ...sections, request: asked, rcode, limit, authoritative: true });
  }
}

function limitOf(request: Request, protocol: Protocol): number {
  if (protocol === 'tcp') return maxTcp;
  return Math.min(Math.max(request.edns?.size ?? minUdp, minUdp), maxUdp);
}

function coded(request: Request, rcode: number, limit: number): Buffer {
  const sections: Sections = noSections;
  return encodeResponse({ ...sections, request, rcode, limit, authoritative: false });
}

function passOn({ relayed, ageSeconds }: Forwarded, request: Request, limit: number): Buffer {
  return relay(relayed, request, ageSeconds, limit);
}

/** The question for another name, of the same type. */
function askFor(name: string, { type, flags, id }: Request): Request {
  const labels = name.toLowerCase().split('.');
  const question = Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label, 'latin1')])),
    Buffer.of(0, type >> 8, type & 255, 0, CLASS_IN),
  ]);
  return { id, flags, labels, type, class: CLASS_IN, question, edns: undefined };
}

/** Addresses and aliases in somebody's answer. */
function recordsOf(forwarded: Forwarded | undefined): ResourceRecord[] {
  if (forwarded === undefined) return [];
  let answers;
  try {
    answers = decode(forwarded.relayed.bytes).answers ?? [];
  } catch {
    return [];
  }
  return answers.flatMap((one): ResourceRecord[] => {
    if (one.type !== 'A' && one.type !== 'AAAA' && one.type !== 'CNAME') return [];
    const ttl = Math.max(0, (one.ttl ?? 0) - forwarded.ageSeconds);
    return [{ name: one.name, type: one.type, ttl, data: one.data }];
  });
}

/** Only for a probe: a question that nobody else would send. */
export function probeRequest(labels: readonly string[], id: number): Request {
  return { ...askFor(labels.join('.'), { ...emptyRequest, id, type: TYPE.HINFO }) };
}

const emptyRequest: Request = {
  id: 0,
  flags: 0,
  labels: [],
  type: 0,
  class: CLASS_IN,
  question: Buffer.alloc(0),
  edns: undefined,
};

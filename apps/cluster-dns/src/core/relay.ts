import { FLAG, FLAG_AUTHENTIC, FLAG_CHECKING_DISABLED, FLAG_RECURSION_AVAILABLE, RCODE, TYPE } from './codes.ts';
import { ednsBytes, writeEdns } from './encode.ts';
import { readRecord, type Request } from './request.ts';

/** Another server's answer, its bytes as they came, and what has to be known to pass them on. */
export interface Relayed {
  readonly bytes: Buffer;
  readonly rcode: number;
  readonly truncated: boolean;
  /** Where the TTLs of its records stand. */
  readonly ttlsAt: readonly number[];
  /** How long it may be kept, in seconds; 0 for not at all. */
  readonly ttl: number;
  readonly negative: boolean;
  /** What of it is passed on ends here: before the other server's OPT record. */
  readonly end: number;
  readonly additionals: number;
}

const headerBytes = 12;

/** A question of ours to another server. */
export function encodeQuery(id: number, question: Uint8Array, request: Pick<Request, 'flags' | 'edns'>): Buffer {
  const bytes = Buffer.alloc(headerBytes + question.length + ednsBytes);
  bytes.writeUInt16BE(id, 0);
  bytes.writeUInt16BE(FLAG.recursionDesired | (request.flags & (FLAG_CHECKING_DISABLED | FLAG_AUTHENTIC)), 2);
  bytes.writeUInt16BE(1, 4);
  bytes.writeUInt16BE(1, 10);
  bytes.set(question, headerBytes);
  writeEdns(bytes, headerBytes + question.length, 0, request.edns?.dnssecOk ?? false);
  return bytes;
}

/**
 * Reads an answer to `query`. @returns undefined for what is none: another id, another question, or garbage; a forger
 * has to guess both, and the port.
 */
export function readRelayed(bytes: Buffer, query: Buffer): Relayed | undefined {
  if (bytes.length < headerBytes || bytes.readUInt16BE(0) !== query.readUInt16BE(0)) return undefined;
  const flags = bytes.readUInt16BE(2);
  if ((flags & FLAG.response) === 0 || ((flags >> 11) & 15) !== 0) return undefined;
  const questionEnd = query.length - ednsBytes;
  const count = bytes.readUInt16BE(4);
  // A server that cannot even read a question does not repeat it.
  const bare = count === 0 && (flags & 15) !== 0;
  if (!bare && (count !== 1 || !sameName(bytes, query, questionEnd))) return undefined;
  const counts = [bytes.readUInt16BE(6), bytes.readUInt16BE(8), bytes.readUInt16BE(10)] as const;
  return readSections(bytes, bare ? headerBytes : questionEnd, flags, counts);
}

function readSections(
  bytes: Buffer,
  start: number,
  flags: number,
  [answers, authorities, additionals]: readonly [number, number, number],
): Relayed | undefined {
  const ttlsAt: number[] = [];
  let at = start;
  let smallest = Number.POSITIVE_INFINITY;
  let negativeTtl = 0;
  let optAt: number | undefined;
  let extended = 0;
  let additionalsAt = at;
  for (let index = 0; index < answers + authorities + additionals; index++) {
    if (index === answers + authorities) additionalsAt = at;
    const one = readRecord(bytes, at);
    if (one === undefined) {
      // Of a truncated message only the header counts: the rest is asked for again.
      if ((flags & FLAG.truncated) !== 0) break;
      return undefined;
    }
    if (one.type === TYPE.OPT) {
      optAt = at;
      extended = bytes[one.ttlAt] ?? 0;
    } else {
      const ttl = bytes.readUInt32BE(one.ttlAt);
      ttlsAt.push(one.ttlAt);
      smallest = Math.min(smallest, ttl > 0x7f_ff_ff_ff ? 0 : ttl);
      if (one.type === TYPE.SOA && index >= answers && one.end - one.bodyAt >= 22) {
        negativeTtl = Math.min(ttl, bytes.readUInt32BE(one.end - 4));
      }
    }
    at = one.end;
  }
  if (answers + authorities + additionals === answers + authorities) additionalsAt = at;
  const rcode = (extended << 4) | (flags & 15);
  const negative = rcode === RCODE.NXDOMAIN || (rcode === RCODE.NOERROR && answers === 0);
  const cacheable = rcode === RCODE.NOERROR || rcode === RCODE.NXDOMAIN;
  const ttl = negative ? negativeTtl : smallest;
  // Names after an OPT record in the midst may point behind it: then all that nobody asked for goes.
  const whole = optAt === undefined || ttlsAt.every((ttlAt) => ttlAt < (optAt as number));
  return {
    bytes,
    rcode,
    truncated: (flags & FLAG.truncated) !== 0,
    ttlsAt,
    ttl: cacheable && Number.isFinite(ttl) ? ttl : 0,
    negative,
    end: whole ? (optAt ?? at) : additionalsAt,
    additionals: whole ? additionals - (optAt === undefined ? 0 : 1) : 0,
  };
}

/** The answer as this client gets it: its id and spelling of the question, and TTLs that have grown older. */
export function relay(relayed: Relayed, request: Request, ageSeconds: number, limit: number): Buffer {
  const { bytes, rcode, end } = relayed;
  const { edns } = request;
  const questionEnd = headerBytes + request.question.length;
  const fits = end + (edns === undefined ? 0 : ednsBytes) <= limit;
  // A server that did not repeat the question said nothing else either.
  const isBare = bytes.readUInt16BE(4) === 0;
  const bodyEnd = fits && !isBare ? end : questionEnd;
  const copy = Buffer.allocUnsafe(bodyEnd + (edns === undefined ? 0 : ednsBytes));
  bytes.copy(copy, 0, 0, bodyEnd);
  copy.set(request.question, headerBytes);
  const theirs = bytes.readUInt16BE(2) & (FLAG.authoritative | FLAG.truncated | FLAG_AUTHENTIC);
  const ours = request.flags & (FLAG.recursionDesired | FLAG_CHECKING_DISABLED);
  // Without EDNS there is no room for the upper bits of a code.
  const code = rcode > 15 && edns === undefined ? RCODE.SERVFAIL : rcode;
  const flags = FLAG.response | FLAG_RECURSION_AVAILABLE | ours | theirs | (fits ? 0 : FLAG.truncated) | (code & 15);
  copy.writeUInt16BE(request.id, 0);
  copy.writeUInt16BE(flags, 2);
  copy.writeUInt16BE(1, 4);
  const isWhole = bodyEnd === end && !isBare;
  if (!isWhole) copy.fill(0, 6, 10);
  copy.writeUInt16BE((isWhole ? relayed.additionals : 0) + (edns === undefined ? 0 : 1), 10);
  for (const at of relayed.ttlsAt) {
    if (at >= bodyEnd) break;
    copy.writeUInt32BE(Math.max(0, bytes.readUInt32BE(at) - ageSeconds), at);
  }
  if (edns !== undefined) writeEdns(copy, bodyEnd, code, edns.dnssecOk);
  return copy;
}

function sameName(bytes: Buffer, query: Buffer, end: number): boolean {
  if (bytes.length < end) return false;
  for (let at = headerBytes; at < end; at++) {
    const [one, other] = [bytes[at] as number, query[at] as number];
    if (one !== other && (lower(one) !== lower(other) || at >= end - 5)) return false;
  }
  return true;
}

function lower(byte: number): number {
  return byte >= 65 && byte <= 90 ? byte + 32 : byte;
}

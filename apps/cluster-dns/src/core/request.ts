import { CLASS_IN, FLAG, RCODE, TYPE } from './codes.ts';

/** What a client says about itself by EDNS (RFC 6891). */
export interface Edns {
  /** The largest UDP message it takes, in bytes. */
  readonly size: number;
  readonly version: number;
  readonly dnssecOk: boolean;
}

/** The header and question of a query. */
export interface Request {
  readonly id: number;
  readonly flags: number;
  /** In lower case, the root not counted. A label may hold any byte, a dot too. */
  readonly labels: readonly string[];
  readonly type: number;
  readonly class: number;
  /** The question section as it was asked: answers repeat it to the letter (clients check the case of 0x20). */
  readonly question: Uint8Array;
  readonly edns: Edns | undefined;
}

export type ReadRequest =
  | { readonly kind: 'request'; readonly request: Request }
  /** To be answered with nothing but a code: what could be read of it. */
  | { readonly kind: 'refused'; readonly request: Request; readonly rcode: number }
  /** Not a query: no answer, or two servers would talk to each other for ever. */
  | { readonly kind: 'ignored' };

const headerBytes = 12;
const noQuestion: Uint8Array = new Uint8Array(0);

/** Reads a query of any bytes; never throws. */
export function readRequest(bytes: Buffer): ReadRequest {
  if (bytes.length < headerBytes) return { kind: 'ignored' };
  const flags = bytes.readUInt16BE(2);
  if ((flags & FLAG.response) !== 0) return { kind: 'ignored' };
  const base = { id: bytes.readUInt16BE(0), flags, labels: [], type: 0, class: CLASS_IN, question: noQuestion };
  const refused = (rcode: number, request: Request = { ...base, edns: undefined }): ReadRequest => ({
    kind: 'refused',
    request,
    rcode,
  });
  if (((flags >> 11) & 15) !== 0) return refused(RCODE.NOTIMP);
  if (bytes.readUInt16BE(4) !== 1) return refused(RCODE.FORMERR);
  const asked = readQuestion(bytes);
  if (asked === undefined) return refused(RCODE.FORMERR);
  const request = { ...base, ...asked, edns: undefined };
  const edns = findEdns(bytes, headerBytes + asked.question.length);
  if (edns === 'malformed') return refused(RCODE.FORMERR, request);
  if (edns !== undefined && edns.version !== 0) return refused(RCODE.BADVERS, { ...request, edns });
  if (asked.class !== CLASS_IN) return refused(RCODE.REFUSED, { ...request, edns });
  if (asked.type === TYPE.OPT) return refused(RCODE.FORMERR, { ...request, edns });
  return { kind: 'request', request: { ...request, edns } };
}

function readQuestion(bytes: Buffer): Pick<Request, 'labels' | 'type' | 'class' | 'question'> | undefined {
  const labels: string[] = [];
  let at = headerBytes;
  for (;;) {
    const length = bytes[at];
    // There is nothing yet that a pointer could point to.
    if (length === undefined || length > 63) return undefined;
    at++;
    if (length === 0) break;
    if (at + length > bytes.length || at + length - headerBytes > 254) return undefined;
    labels.push(lowerCase(bytes.toString('latin1', at, at + length)));
    at += length;
  }
  if (at + 4 > bytes.length) return undefined;
  return {
    labels,
    type: bytes.readUInt16BE(at),
    class: bytes.readUInt16BE(at + 2),
    question: bytes.subarray(headerBytes, at + 4),
  };
}

/** Of ASCII letters alone, as names are compared (RFC 4343). */
function lowerCase(label: string): string {
  return /[^\0-\x7f]/.test(label) ? label.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : label.toLowerCase();
}

/** Looks through what follows the question for the OPT record; there may be one. */
function findEdns(bytes: Buffer, start: number): Edns | 'malformed' | undefined {
  const others = bytes.readUInt16BE(6) + bytes.readUInt16BE(8);
  const count = others + bytes.readUInt16BE(10);
  let at = start;
  let edns: Edns | undefined;
  for (let index = 0; index < count; index++) {
    const record = readRecord(bytes, at);
    if (record === undefined) return 'malformed';
    if (record.type === TYPE.OPT) {
      if (edns !== undefined || index < others || record.bodyAt !== at + 11) return 'malformed';
      const ttl = bytes.readUInt32BE(record.ttlAt);
      edns = { size: record.class, version: (ttl >>> 16) & 255, dnssecOk: (ttl & 0x80_00) !== 0 };
    }
    at = record.end;
  }
  return edns;
}

/** Where the parts of a resource record are. */
export interface RecordPlace {
  readonly type: number;
  readonly class: number;
  readonly ttlAt: number;
  readonly bodyAt: number;
  readonly end: number;
}

/** @returns undefined when it does not lie wholly within the message */
export function readRecord(bytes: Buffer, start: number): RecordPlace | undefined {
  const at = skipName(bytes, start);
  if (at === undefined || at + 10 > bytes.length) return undefined;
  const bodyAt = at + 10;
  const end = bodyAt + bytes.readUInt16BE(at + 8);
  if (end > bytes.length) return undefined;
  return { type: bytes.readUInt16BE(at), class: bytes.readUInt16BE(at + 2), ttlAt: at + 4, bodyAt, end };
}

/** Behind the name at `start`. A pointer must lead backwards, so that no name can go in circles. */
export function skipName(bytes: Buffer, start: number): number | undefined {
  let at = start;
  while (at - start < 255) {
    const length = bytes[at];
    if (length === undefined) return undefined;
    if (length === 0) return at + 1;
    if (length >= 0xc0) {
      const low = bytes[at + 1];
      return low === undefined || ((length & 0x3f) << 8) + low >= start ? undefined : at + 2;
    }
    if (length > 63) return undefined;
    at += length + 1;
  }
  return undefined;
}

import { record } from 'dns-packet';
import { CLASS_IN, FLAG, FLAG_CHECKING_DISABLED, FLAG_RECURSION_AVAILABLE, TYPE } from './codes.ts';
import type { Request } from './request.ts';
import type { ResourceRecord, Sections } from './records.ts';

declare module 'dns-packet' {
  /** How the body of a record of this type is written, its length before it. */
  function record(type: string): {
    encode: { (data: unknown, target: Buffer, at: number): Buffer; bytes: number };
  };
}

export interface Response extends Sections {
  readonly request: Request;
  readonly rcode: number;
  readonly authoritative: boolean;
  /** Bytes that the client takes; what does not fit is left out, and the client told so. */
  readonly limit: number;
}

/** What we tell others that we take by UDP: what crosses nearly every network in one piece. */
export const ownUdpSize = 1_232;
export const ednsBytes = 11;
const headerBytes = 12;
const maxMessage = 65_535;
/** Pointers of a message have 14 bits. */
const maxPointer = 0x3f_ff;

// One message is written at a time, so that all can be written here. The rest is room for the record that is too much.
const scratch = Buffer.alloc(maxMessage + 1_024);

const typeNumbers: Readonly<Record<ResourceRecord['type'], number>> = TYPE;

/**
 * A response in the wire format. Owners' names are compressed: most are the question's own, and 29 addresses fit into
 * 512 bytes instead of 12. The bodies are dns-packet's.
 */
export function encodeResponse(response: Response): Buffer {
  const { request, rcode, authoritative } = response;
  const limit = Math.min(response.limit, maxMessage) - (request.edns === undefined ? 0 : ednsBytes);
  scratch.set(request.question, headerBytes);
  const names = new Names(request.labels);
  let at = headerBytes + request.question.length;
  let truncated = false;
  const write = (records: readonly ResourceRecord[]): number => {
    let count = 0;
    for (const one of records) {
      if (truncated) break;
      const end = writeRecord(one, at, names);
      if (end > limit) truncated = true;
      else {
        at = end;
        count++;
      }
    }
    return count;
  };
  const answers = write(response.answers);
  const authorities = write(response.authorities);
  // What was not asked for may be left out without a word.
  const isWhole = !truncated;
  const additionals = write(response.additionals);
  const flags =
    FLAG.response |
    FLAG_RECURSION_AVAILABLE |
    (request.flags & (0x78_00 | FLAG.recursionDesired | FLAG_CHECKING_DISABLED)) |
    (authoritative ? FLAG.authoritative : 0) |
    (isWhole ? 0 : FLAG.truncated);
  scratch.writeUInt16BE(request.id, 0);
  scratch.writeUInt16BE(flags | (rcode & 15), 2);
  scratch.writeUInt16BE(request.question.length === 0 ? 0 : 1, 4);
  scratch.writeUInt16BE(answers, 6);
  scratch.writeUInt16BE(authorities, 8);
  scratch.writeUInt16BE(additionals + (request.edns === undefined ? 0 : 1), 10);
  if (request.edns !== undefined) at = writeEdns(scratch, at, rcode, request.edns.dnssecOk);
  return Buffer.from(scratch.subarray(0, at));
}

/** The OPT record that ends a message; the upper bits of the code are in it. */
export function writeEdns(target: Buffer, at: number, rcode: number, dnssecOk: boolean): number {
  target[at] = 0;
  target.writeUInt16BE(TYPE.OPT, at + 1);
  target.writeUInt16BE(ownUdpSize, at + 3);
  target.writeUInt32BE((((rcode >> 4) & 255) << 24) | (dnssecOk ? 0x80_00 : 0), at + 5);
  target.writeUInt16BE(0, at + 9);
  return at + ednsBytes;
}

/** @returns where it ends; a name that did not fit may have been remembered, but then nothing more is written */
function writeRecord(one: ResourceRecord, start: number, names: Names): number {
  const at = names.write(one.name, start);
  scratch.writeUInt16BE(typeNumbers[one.type], at);
  scratch.writeUInt16BE(CLASS_IN, at + 2);
  scratch.writeUInt32BE(one.ttl, at + 4);
  const codec = record(one.type);
  codec.encode(one.data, scratch, at + 8);
  return at + 8 + codec.encode.bytes;
}

/** The names that a message holds already, and what they end with: others point there (RFC 1035, 4.1.4). */
class Names {
  readonly #whole = new Map<string, number>();
  readonly #endings = new Map<string, number>();
  /** Most answers say nothing but the question's own name: its endings are looked at when another one comes. */
  #unread: readonly string[];

  constructor(question: readonly string[]) {
    this.#unread = question;
    // A label may hold a dot, and then the name is not what it looks like.
    if (question.every((label) => !label.includes('.'))) this.#whole.set(question.join('.'), headerBytes);
  }

  /** Writes a name into the message, and returns where it ends. */
  write(name: string, start: number): number {
    const same = this.#whole.get(name);
    if (same !== undefined) return scratch.writeUInt16BE(0xc0_00 | same, start);
    this.#remember(this.#unread, this.#unread.length, headerBytes);
    this.#unread = [];
    const labels = name.split('.');
    if (start <= maxPointer) this.#whole.set(name, start);
    let at = start;
    for (const [index, label] of labels.entries()) {
      const known = this.#endings.get(keyOf(labels, index));
      if (known !== undefined) {
        this.#remember(labels, index, start);
        return scratch.writeUInt16BE(0xc0_00 | known, at);
      }
      const bytes = scratch.write(label, at + 1, 63, 'latin1');
      scratch[at] = bytes;
      at += 1 + bytes;
    }
    scratch[at] = 0;
    this.#remember(labels, labels.length, start);
    return at + 1;
  }

  /** The first `written` labels stand in the message one after another, beginning at `start`. */
  #remember(labels: readonly string[], written: number, start: number): void {
    let at = start;
    for (let index = 0; index < written && at <= maxPointer; index++) {
      const key = keyOf(labels, index);
      if (!this.#endings.has(key)) this.#endings.set(key, at);
      at += 1 + (labels[index] as string).length;
    }
  }
}

/** Lengths are in the key because a label may hold a dot. */
function keyOf(labels: readonly string[], from: number): string {
  let key = '';
  for (let index = from; index < labels.length; index++) {
    const label = labels[index] as string;
    key += `${label.length}.${label.toLowerCase()}`;
  }
  return key;
}

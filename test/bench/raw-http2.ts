/** As much of HTTP/2 (RFC 9113) and HPACK as a load generator of one request at a time needs. */
const FRAME = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goAway: 7, windowUpdate: 8 } as const;
const END_STREAM = 1;
const ACK = 1;
const END_HEADERS = 4;
const HEADER_TABLE_SIZE = 1;
const INITIAL_WINDOW_SIZE = 4;
const MAX_WINDOW = 2 ** 31 - 1;

/** What a client says first: no header tables, and that it takes whatever comes. */
export function preface(): Buffer {
  const settings = Buffer.alloc(12);
  settings.writeUInt16BE(HEADER_TABLE_SIZE, 0);
  settings.writeUInt16BE(INITIAL_WINDOW_SIZE, 6);
  settings.writeUInt32BE(MAX_WINDOW, 8);
  const more = Buffer.alloc(4);
  more.writeUInt32BE(MAX_WINDOW - 65_535);
  return Buffer.concat([
    Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    frame(FRAME.settings, 0, 0, settings),
    frame(FRAME.windowUpdate, 0, 0, more),
  ]);
}

/** @param stream 1, 3, 5, ... @param last whether nothing more comes from the client */
export function request(
  stream: number,
  fields: readonly (readonly [name: string, value: string])[],
  body: Buffer | undefined,
  last = true,
): Buffer {
  const block = Buffer.concat(fields.map(([name, value]) => literal(name, value)));
  const end = last ? END_STREAM : 0;
  const headers = frame(FRAME.headers, END_HEADERS | (body === undefined ? end : 0), stream, block);
  return body === undefined ? headers : Buffer.concat([headers, frame(FRAME.data, end, stream, body)]);
}

export interface AnswerHandlers {
  send(data: Buffer): void;
  onData(data: Buffer): void;
  onEnd(): void;
}

/** Takes what comes from the server in pieces, answers what must be, and tells of the answer's body and end. */
export class AnswerReader {
  #rest: Buffer = Buffer.alloc(0);
  readonly #handlers: AnswerHandlers;

  constructor(handlers: AnswerHandlers) {
    this.#handlers = handlers;
  }

  take(data: Buffer): void {
    let rest = this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data]);
    while (rest.length >= 9) {
      const end = 9 + rest.readUIntBE(0, 3);
      if (rest.length < end) break;
      const [type, flags] = [rest[3]!, rest[4]!];
      this.#frame(type, flags, rest.subarray(9, end));
      rest = rest.subarray(end);
    }
    this.#rest = rest;
  }

  #frame(type: number, flags: number, payload: Buffer): void {
    const { send, onData, onEnd } = this.#handlers;
    if (type === FRAME.goAway) throw new Error(`the server goes away: ${payload.toString('latin1', 8)}`);
    if (type === FRAME.reset) throw new Error(`the server resets the stream, code ${payload.readUInt32BE(0)}`);
    if (type === FRAME.settings && (flags & ACK) === 0) send(frame(FRAME.settings, ACK, 0, Buffer.alloc(0)));
    if (type === FRAME.ping && (flags & ACK) === 0) send(frame(FRAME.ping, ACK, 0, payload));
    if (type === FRAME.data) onData(payload);
    if ((type === FRAME.data || type === FRAME.headers) && (flags & END_STREAM) !== 0) onEnd();
  }
}

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A field as it is, without a table and without Huffman's code. */
function literal(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.from([0]), text(name), text(value)]);
}

function text(value: string): Buffer {
  const { length } = value;
  const head =
    length < 127
      ? [length]
      : [127, ...(length - 127 < 128 ? [length - 127] : [((length - 127) & 127) | 128, (length - 127) >> 7])];
  return Buffer.concat([Buffer.from(head), Buffer.from(value)]);
}

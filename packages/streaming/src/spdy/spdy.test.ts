import { deflateSync, constants, createDeflate } from 'node:zlib';
import { duplexPair, type Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { once } from 'node:events';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SpdyConnection, type SpdyStream } from './connection.ts';
import { headerDictionary } from './dictionary.ts';
import { controlFrame, frameType } from './frames.ts';
import { HeaderReader, HeaderWriter } from './header-block.ts';
import { SpdySession, type SpdyEvent } from './session.ts';
import { SpdyError } from './spdy-error.ts';

/** Header blocks as Go's framer writes them: one deflater with the dictionary, a sync flush after each. */
function goBlocks(list: Record<string, string>[]): Promise<Buffer[]> {
  const deflater = createDeflate({ dictionary: headerDictionary });
  const blocks: Buffer[] = [];
  let block: Buffer[] = [];
  deflater.on('data', (chunk: Buffer) => block.push(chunk));
  return list.reduce<Promise<Buffer[]>>(async (before, headers) => {
    await before;
    deflater.write(plain(headers));
    await new Promise<void>((resolve) => deflater.flush(constants.Z_SYNC_FLUSH, resolve));
    blocks.push(Buffer.concat(block));
    block = [];
    return blocks;
  }, Promise.resolve(blocks));
}

function plain(headers: Record<string, string>): Buffer {
  const words = Object.entries(headers).flat();
  const parts = [Buffer.alloc(4)];
  parts[0]!.writeUInt32BE(words.length / 2);
  for (const word of words) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(word));
    parts.push(length, Buffer.from(word));
  }
  return Buffer.concat(parts);
}

const someHeaders = fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/), fc.string({ maxLength: 40 }), {
  maxKeys: 6,
  noNullPrototype: true,
});

test('header blocks of one deflater with the dictionary are read one by one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(someHeaders, { minLength: 1, maxLength: 8 }), async (list) => {
      const reader = new HeaderReader();
      for (const [i, block] of (await goBlocks(list)).entries()) expect({ ...reader.read(block) }).toEqual(list[i]);
    }),
    { numRuns: 40 },
  );
});

test('what is written is read again', () => {
  fc.assert(
    fc.property(fc.array(someHeaders, { maxLength: 8 }), (list) => {
      const writer = new HeaderWriter();
      const reader = new HeaderReader();
      for (const headers of list) expect({ ...reader.read(writer.write(headers)) }).toEqual(headers);
    }),
  );
});

test('a header called __proto__ is a header', () => {
  const headers = new HeaderReader().read(new HeaderWriter().write(JSON.parse('{"__proto__":"x"}') as object as never));
  expect(Object.keys(headers)).toEqual(['__proto__']);
  expect(({} as { x?: unknown }).x).toBeUndefined();
});

test('a header block that grows beyond all bounds is refused', () => {
  const bomb = deflateSync(Buffer.alloc(10 << 20), { finishFlush: constants.Z_SYNC_FLUSH });
  expect(() => new HeaderReader().read(bomb)).toThrow(SpdyError);
});

function events(session: SpdySession, bytes: Buffer, cuts: number[]): unknown[] {
  const seen: SpdyEvent[] = [];
  let from = 0;
  for (const to of [...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    seen.push(...session.receive(bytes.subarray(from, to)));
    from = to;
  }
  // Pieces of data are one, however they came.
  const merged: unknown[] = [];
  for (const event of seen) {
    const last = merged.at(-1) as SpdyEvent | undefined;
    if (event.type === 'data' && last?.type === 'data' && last.id === event.id)
      merged[merged.length - 1] = { ...last, data: Buffer.concat([last.data, event.data]) };
    else merged.push(event);
  }
  return merged;
}

test('however the bytes are cut, the events are the same', () => {
  const peer = new SpdySession('client');
  const bytes: Buffer[] = [];
  for (const streamtype of ['error', 'stdin', 'stdout']) bytes.push(peer.open({ streamtype }).bytes);
  bytes.push(peer.data(3, 5, false)!, Buffer.from('hello'), peer.ping(7), peer.data(3, 0, true)!, peer.reset(5, 5)!);
  const whole = Buffer.concat(bytes);
  const expected = events(new SpdySession('server'), whole, []);
  expect(expected.map((event) => (event as SpdyEvent).type)).toEqual([
    'open',
    'open',
    'open',
    'data',
    'send',
    'end',
    'reset',
  ]);
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 12 }), (cuts) => {
      expect(events(new SpdySession('server'), whole, cuts)).toEqual(expected);
    }),
  );
});

test('any bytes are either understood or a SpdyError', () => {
  const frame = fc
    .tuple(fc.constantFrom(...Object.values(frameType)), fc.nat(255), fc.uint8Array({ maxLength: 40 }))
    .map(([type, flags, payload]) => controlFrame(type, flags, Buffer.from(payload)));
  const noise = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.array(fc.oneof(frame, noise), { maxLength: 20 }), (chunks) => {
      const session = new SpdySession('server');
      try {
        for (const chunk of chunks) for (const event of session.receive(chunk)) expect(event.type).toBeTypeOf('string');
      } catch (error) {
        expect(error).toBeInstanceOf(SpdyError);
      }
    }),
    { numRuns: 500 },
  );
});

test('a peer may not open streams without end, twice, or with our numbers', () => {
  const peer = new SpdySession('client');
  const server = new SpdySession('server');
  const opened = Array.from({ length: 2_000 }, () => peer.open({}).bytes);
  expect([...server.receive(Buffer.concat(opened))].filter(({ type }) => type === 'open')).toHaveLength(2_000);
  const headers = new HeaderWriter();
  const fresh = new SpdySession('server');
  const syn = (id: number) => controlFrame(frameType.synStream, 0, id, 0, Buffer.alloc(2), headers.write({}));
  const types = (id: number) => [...fresh.receive(syn(id))].map(({ type }) => type);
  expect([types(1), types(1), types(2), types(0), types(3)]).toEqual([
    ['open'],
    ['send'],
    ['send'],
    ['send'],
    ['open'],
  ]);
});

function pair(onStream: (stream: SpdyStream) => void): { client: SpdyConnection; wires: [Duplex, Duplex] } {
  const wires = duplexPair();
  new SpdyConnection('server', wires[1], onStream);
  return { client: new SpdyConnection('client', wires[0]), wires };
}

test('streams carry bytes both ways and end one way at a time', async () => {
  const { client } = pair((stream) => {
    void text(stream).then((said) => stream.end(`${stream.headers['streamtype']}: ${said}`));
  });
  const long = 'x'.repeat(300_000);
  const streams = await Promise.all(['a', 'b'].map((streamtype) => client.open({ streamtype })));
  for (const stream of streams) stream.end(long);
  expect(await Promise.all(streams.map((stream) => text(stream)))).toEqual([`a: ${long}`, `b: ${long}`]);
  expect(client.streamCount).toBe(0);
});

test('a reader that stands still holds the writer back', async () => {
  let slow: SpdyStream | undefined;
  const { client } = pair((stream) => (slow = stream));
  const stream = await client.open({});
  let written = 0;
  const piece = Buffer.alloc(64 * 1024);
  for (let i = 0; i < 100 && stream.write(piece); i++) {
    written += piece.length;
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (let i = 0; i < 50; i++) {
    stream.write(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(written + 50 * piece.length).toBeGreaterThan(3_000_000);
  expect(slow!.readableLength).toBeLessThan(1_000_000);
  stream.end();
  let read = 0;
  for await (const chunk of slow as AsyncIterable<Buffer>) read += chunk.length;
  expect(read).toBeGreaterThan(3_000_000);
});

test('a stream that is reset closes at both ends, and the others go on', async () => {
  const seen: SpdyStream[] = [];
  const { client } = pair((stream) => seen.push(stream));
  const [first, second] = await Promise.all([client.open({}), client.open({})]);
  first.resume();
  seen[0]!.destroy();
  await once(first, 'close');
  seen[1]!.write('still here');
  const [said] = (await once(second, 'data')) as [Buffer];
  expect(said.toString()).toBe('still here');
});

test('all streams close with their connection', async () => {
  const { client, wires } = pair(() => undefined);
  const stream = await client.open({});
  const closed = once(stream, 'close');
  wires[1].destroy();
  wires[0].destroy();
  await closed;
  expect(client.closed).toBe(true);
});

test('what has come as a whole is read to its end though the connection is gone', async () => {
  const { client, wires } = pair((stream) => {
    stream.resume();
    stream.end('y'.repeat(100_000), () => wires[1].end());
  });
  const stream = await client.open({});
  if (!wires[0].closed) await once(wires[0], 'close');
  expect((await text(stream)).length).toBe(100_000);
});

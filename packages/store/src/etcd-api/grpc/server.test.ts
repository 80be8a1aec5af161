import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { request } from 'node:https';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { credentials, status } from '@grpc/grpc-js';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { kvService, putRequest, putResponse, watchService } from '../../etcd-proto/index.ts';
import { type EtcdApi, startEtcdApi } from '../start.ts';
import { type Certificates, makeCertificates } from '../testing/certificates.ts';
import { EtcdClient } from '../contract/client.ts';
import { startApi } from '../testing/harness.ts';
import { MemoryEtcdStore } from '../testing/memory-store.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

interface Answer {
  headers: Record<string, unknown>;
  trailers: Record<string, unknown>;
  body: Buffer;
}

function session(port: number): ClientHttp2Session {
  const opened = connect(`http://127.0.0.1:${port}`);
  opened.on('error', () => {});
  closers.push(() => opened.destroy());
  return opened;
}

/** One gRPC call by hand: the pieces of its body as they are given. */
function post(opened: ClientHttp2Session, path: string, pieces: Buffer[], end = true): Promise<Answer> {
  const stream = opened.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  const answer: Answer = { headers: {}, trailers: {}, body: Buffer.alloc(0) };
  stream.on('response', (headers) => (answer.headers = { ...headers }));
  stream.on('trailers', (trailers) => (answer.trailers = { ...trailers }));
  stream.on('data', (chunk: Buffer) => (answer.body = Buffer.concat([answer.body, chunk])));
  for (const piece of pieces) stream.write(piece);
  if (end) stream.end();
  return new Promise((resolve, reject) => {
    stream.on('end', () => resolve(answer));
    stream.on('error', reject);
  });
}

const { path } = kvService.put;
const framed = (message: Buffer, length = message.length, compressed = 0): Buffer => {
  const head = Buffer.from([compressed, 0, 0, 0, 0]);
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, message]);
};
const aPut = framed(putRequest.encode({ key: 'a', value: Buffer.from('1') }));

describe('a call', () => {
  it('is taken in whatever pieces it comes', async () => {
    const { port, store } = await startApi();
    const pieces = [...aPut].map((byte) => Buffer.from([byte]));
    const { headers, trailers, body } = await post(session(port), path, pieces);
    expect(headers).toMatchObject({ ':status': 200, 'content-type': 'application/grpc' });
    expect(trailers).toMatchObject({ 'grpc-status': '0' });
    expect(putResponse.decode(body.subarray(5)).header?.revision).toBe(2);
    expect(store.status().revision).toBe(2);
  });

  it.each<[string, Buffer[], number, string]>([
    ['without a message', [], status.INTERNAL, 'no whole request message'],
    ['with half a message', [aPut.subarray(0, 8)], status.INTERNAL, 'no whole request message'],
    ['with two messages', [aPut, aPut], status.INTERNAL, 'more than one request message'],
    [
      'with a compressed message',
      [framed(Buffer.from('x'), 1, 1)],
      status.UNIMPLEMENTED,
      'grpc: Decompressor is not installed for the message',
    ],
    [
      'with what is no message',
      [framed(Buffer.from('0a05', 'hex'))],
      status.INVALID_ARGUMENT,
      'malformed request: a field is longer than its message',
    ],
    [
      'with a message that is too large',
      [framed(Buffer.from('x'), 2 ** 31)],
      status.RESOURCE_EXHAUSTED,
      'grpc: received message larger than max (2147483648 vs. 2097152)',
    ],
  ])('%s is refused', async (_, pieces, code, words) => {
    const { port, store } = await startApi();
    const { headers } = await post(session(port), path, pieces);
    expect([headers['grpc-status'], decodeURIComponent(String(headers['grpc-message']))]).toEqual([
      String(code),
      words,
    ]);
    expect(store.status().revision).toBe(1);
  });

  it('is refused at once when its message will be too large, and cut off when it does not end', async () => {
    const { port } = await startApi();
    const { headers } = await post(session(port), path, [framed(Buffer.alloc(0), 2 ** 30)], false);
    expect(headers['grpc-status']).toBe(String(status.RESOURCE_EXHAUSTED));
  });

  it.each([
    ['/etcdserverpb.KV/Nothing', 'unknown method Nothing for service etcdserverpb.KV'],
    ['/__proto__/constructor', 'unknown method constructor for service __proto__'],
    ['/nowhere', 'unknown method  for service nowhere'],
  ])('to %s is not implemented', async (to, words) => {
    const { port } = await startApi();
    const { headers } = await post(session(port), to, [aPut]);
    expect([headers['grpc-status'], headers['grpc-message']]).toEqual([String(status.UNIMPLEMENTED), words]);
  });

  it('that is no gRPC is not taken', async () => {
    const { port } = await startApi();
    const stream = session(port).request({ ':method': 'POST', ':path': path, 'content-type': 'application/json' });
    stream.end('{}');
    const answered = await new Promise((resolve) => stream.on('response', (headers) => resolve(headers[':status'])));
    expect(answered).toBe(415);
  });

  it('has its error words escaped as gRPC has it', async () => {
    const { port, store } = await startApi();
    const { StorageError } = await import('../../storage.ts');
    store.transact = () => Promise.reject(new StorageError('unavailable', '100% là\n'));
    const { headers } = await post(session(port), path, [aPut]);
    expect(headers['grpc-message']).toBe('etcdserver: 100%25 l%C3%A0%0A');
  });

  it('is refused when there are too many', async () => {
    const { client, port } = await startApi({ maxCalls: 2 });
    const streams = [client.open(watchService.watch), client.open(watchService.watch)];
    for (const stream of streams) {
      stream.send({ create: { key: 'a' } });
      await stream.next();
    }
    const { headers } = await post(session(port), path, [aPut]);
    expect(headers).toMatchObject({ 'grpc-status': '8', 'grpc-message': 'etcdserver: too many requests' });
    streams[0]?.close();
    await expect.poll(async () => (await post(session(port), path, [aPut])).trailers['grpc-status']).toBe('0');
  });

  it('of which the client thinks no more does no harm', async () => {
    const { client, port, store } = await startApi();
    let answer: (() => void) | undefined;
    const transact = store.transact.bind(store);
    store.transact = async (asked) => {
      await new Promise<void>((resolve) => (answer = resolve));
      return transact(asked);
    };
    const stream = session(port).request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc' });
    stream.on('error', () => {});
    stream.end(aPut);
    await expect.poll(() => answer).toBeDefined();
    stream.close(constants.NGHTTP2_CANCEL);
    await new Promise((resolve) => stream.on('close', resolve));
    answer?.();
    store.transact = transact;
    await client.call(kvService.put, { key: 'a' });
  });
});

describe('connections', () => {
  it('have a limit on streams', async () => {
    const { port } = await startApi({ maxStreamsPerConnection: 7 });
    const opened = session(port);
    await new Promise((resolve) => opened.on('remoteSettings', resolve));
    expect(opened.remoteSettings.maxConcurrentStreams).toBe(7);
  });

  it('that say nothing are closed in time', async () => {
    const { port, client } = await startApi({ handshakeTimeoutMs: 50 });
    const silent = await openTcp(port);
    await closed(silent);
    await client.call(kvService.put, { key: 'a' });
  });

  it('that say nothing make way for others (GHSA-6vch-q96h-7gc3)', async () => {
    const { port, client } = await startApi({ maxHandshakes: 3, handshakeTimeoutMs: 60_000 });
    const silent = [await openTcp(port), await openTcp(port), await openTcp(port), await openTcp(port)];
    await closed(silent[0] as Socket);
    await client.call(kvService.put, { key: 'a' });
    expect(silent.slice(2).map((socket) => socket.destroyed)).toEqual([false, false]);
  });

  it('are not more than the limit', async () => {
    const { port, client } = await startApi({ maxConnections: 1 });
    await client.call(kvService.put, { key: 'a' });
    await closed(await openTcp(port));
    await client.call(kvService.put, { key: 'a' });
  });

  it('that reset one call after the other are closed (CVE-2023-44487)', async () => {
    const { port, client, store } = await startApi();
    const opened = session(port);
    const over = new Promise((resolve) => opened.on('close', resolve));
    let gone = false;
    opened.on('close', () => (gone = true));
    for (let i = 0; !gone && i < 200; i++) {
      for (let j = 0; j < 50 && !opened.destroyed; j++) {
        const stream = opened.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc' });
        stream.on('error', () => {});
        stream.write(aPut);
        stream.close(constants.NGHTTP2_CANCEL);
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    await over;
    expect(store.status().revision).toBe(1);
    await client.call(kvService.put, { key: 'a' });
  });

  it('that speak something else are closed', async () => {
    const { port } = await startApi();
    for (const words of ['PRI nonsense\r\n\r\n', '\0\x01\x02\r\n\r\n']) {
      const socket = await openTcp(port);
      socket.write(words);
      await closed(socket);
    }
  });
});

describe('closing', () => {
  it('lets calls under way end, and ends streams after a while', async () => {
    const store = new MemoryEtcdStore();
    const api = await startEtcdApi({ store, listen: [{ host: '127.0.0.1', port: 0 }], limits: { closeGraceMs: 300 } });
    const client = new EtcdClient(`127.0.0.1:${api.ports[0]}`);
    closers.push(() => client.close());
    const stream = client.open(watchService.watch);
    stream.send({ create: { key: 'a' } });
    await stream.next();
    const transact = store.transact.bind(store);
    let answer: (() => void) | undefined;
    store.transact = async (asked) => {
      await new Promise<void>((resolve) => (answer = resolve));
      return transact(asked);
    };
    const put = client.call(kvService.put, { key: 'a' });
    await expect.poll(() => answer).toBeDefined();
    const closing = api.close();
    answer?.();
    expect((await put).header?.revision).toBe(2);
    await closing;
    expect((await stream.next()).events).toHaveLength(1);
    await expect(stream.next()).rejects.toMatchObject({ code: status.UNAVAILABLE });
    await expect.poll(() => store.watcherCount).toBe(0);
  });

  it('is all there is when a port cannot be had', async () => {
    const { port } = await startApi();
    const store = new MemoryEtcdStore();
    const listen = [0, port].map((each) => ({ host: '127.0.0.1', port: each }));
    await expect(startEtcdApi({ store, listen })).rejects.toThrow('EADDRINUSE');
  });
});

describe('with TLS', () => {
  let ours: Certificates;
  let others: Certificates;
  beforeAll(() => {
    ours = makeCertificates();
    others = makeCertificates();
  });

  async function start(limits = {}): Promise<number> {
    const api: EtcdApi = await startEtcdApi({
      store: new MemoryEtcdStore(),
      listen: [{ host: '127.0.0.1', port: 0 }],
      tls: ours,
      limits: { closeGraceMs: 50, ...limits },
    });
    closers.push(() => api.close());
    renew = (tls) => api.setTls(tls);
    return api.ports[0] as number;
  }
  let renew: EtcdApi['setTls'];

  function clientWith(port: number, { ca }: Certificates, own?: Certificates): EtcdClient {
    const buffer = (text: string | undefined) => (text === undefined ? null : Buffer.from(text));
    const channel = credentials.createSsl(Buffer.from(ca), buffer(own?.key), buffer(own?.cert));
    const client = new EtcdClient(`127.0.0.1:${port}`, channel);
    closers.push(() => client.close());
    return client;
  }

  it('serves those whom its authority knows', async () => {
    const client = clientWith(await start(), ours, ours);
    await client.call(kvService.put, { key: 'a' });
    const stream = client.open(watchService.watch);
    stream.send({ create: { key: 'a' } });
    expect((await stream.next()).created).toBe(true);
  });

  it('serves nobody else', async () => {
    const port = await start();
    for (const own of [undefined, others]) {
      const client = clientWith(port, ours, own);
      await expect(client.call(kvService.put, { key: 'a' })).rejects.toMatchObject({ code: status.UNAVAILABLE });
    }
    const plain = new EtcdClient(`127.0.0.1:${port}`);
    closers.push(() => plain.close());
    await expect(plain.call(kvService.put, { key: 'a' })).rejects.toMatchObject({ code: status.UNAVAILABLE });
  });

  it('takes renewed certificates', async () => {
    const port = await start();
    const before = clientWith(port, ours, ours);
    await before.call(kvService.put, { key: 'a' });
    renew(others);
    await clientWith(port, others, others).call(kvService.put, { key: 'a' });
    await before.call(kvService.put, { key: 'a' });
    const late = clientWith(port, others, ours).call(kvService.put, { key: 'a' });
    await expect(late).rejects.toMatchObject({ code: status.UNAVAILABLE });
  });

  it('answers GET over HTTP/1.1, to those with a certificate', async () => {
    const port = await start();
    const get = (own: Partial<Certificates>) =>
      new Promise<string>((resolve, reject) => {
        const { ca } = ours;
        const asked = request({ host: '127.0.0.1', port, path: '/health', ...own, ca, agent: false }, (answer) => {
          let body = '';
          answer.on('data', (chunk) => (body += chunk));
          answer.on('end', () => resolve(body));
        });
        asked.on('error', reject).end();
      });
    expect(await get(ours)).toBe('{"health":"true","reason":""}');
    await expect(get({})).rejects.toThrow();
  });

  it('does not let unfinished handshakes gather', async () => {
    const port = await start({ maxHandshakes: 2, handshakeTimeoutMs: 60_000 });
    const silent = [await openTcp(port), await openTcp(port), await openTcp(port)];
    await closed(silent[0] as Socket);
    await clientWith(port, ours, ours).call(kvService.put, { key: 'a' });
  });

  it('closes those who shake hands and then say nothing', async () => {
    const port = await start({ handshakeTimeoutMs: 200 });
    const socket = connectTls({ host: '127.0.0.1', port, ...ours, ALPNProtocols: ['h2'] });
    await new Promise((resolve) => socket.on('secureConnect', resolve));
    await closed(socket);
  });
});

async function openTcp(port: number): Promise<Socket> {
  const socket = connectTcp({ host: '127.0.0.1', port });
  closers.push(() => socket.destroy());
  socket.on('error', () => {});
  await new Promise((resolve) => socket.on('connect', resolve));
  return socket;
}

function closed(socket: Socket): Promise<void> {
  socket.resume();
  return socket.closed ? Promise.resolve() : new Promise((resolve) => socket.on('close', () => resolve()));
}

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { decode } from 'dns-packet';
import { afterEach, expect, it } from 'vitest';
import { madeUpCluster, opt, query, shown, slice } from '../core/made-up.ts';
import type { Upstream } from '../core/upstreams.ts';
import { fakeUpstream, type FakeUpstream } from './fake-upstream.ts';
import { Forwarder } from './forwarder.ts';
import { LoopProbe } from './loop-probe.ts';
import { Resolver, type Answered } from './resolver.ts';
import { listenTcp, type TcpLimits } from './tcp-server.ts';
import { listenUdp } from './udp-server.ts';

const index = madeUpCluster();
index.setSlice(
  slice(
    'bare',
    Array.from({ length: 300 }, (_, n) => ({ ip: `10.2.${n >> 8}.${n & 255}` })),
  ),
);
const zone = { domain: 'cluster.local', ttl: 30, pods: 'insecure', ownAddresses: [] } as const;
const host = '127.0.0.1';
const errors: Error[] = [];
const onError = (error: Error): number => errors.push(error);
let stack = new AsyncDisposableStack();
afterEach(async () => {
  await stack.disposeAsync();
  stack = new AsyncDisposableStack();
  expect(errors).toEqual([]);
});

async function start(upstreams: readonly Upstream[] = [], limits?: TcpLimits) {
  const answered: Answered[] = [];
  const forwarder = new Forwarder({
    upstreams,
    maxConcurrent: 100,
    cacheSize: 100,
    cacheMaxTtl: 30,
    tryTimeoutMs: 100,
  });
  const probe = new LoopProbe(() => {
    forwarder.looping = true;
  });
  const resolver = new Resolver({
    snapshot: index,
    zone,
    forwarder,
    random: () => 0,
    observe: (one) => answered.push(one),
    isOwnProbe: probe.isOwn,
  });
  const { port } = stack.use(await listenUdp(resolver, { host, port: 0, onError }));
  stack.use(await listenTcp(resolver, { host, port, onError }, limits));
  return { port, answered, forwarder, probe };
}
async function upstreamOf(answer: Parameters<typeof fakeUpstream>[0]): Promise<FakeUpstream> {
  return stack.use(await fakeUpstream(answer));
}

async function askUdp(port: number, message: Buffer): Promise<Buffer> {
  const socket = createSocket('udp4');
  stack.defer(() => void socket.close());
  socket.send(message, port, host);
  const [answer] = (await once(socket, 'message')) as [Buffer];
  return answer;
}
function dial(port: number): Socket {
  const socket = connect({ host, port });
  stack.defer(() => void socket.destroy());
  return socket;
}
const framed = (message: Buffer): Buffer =>
  Buffer.concat([Buffer.of(message.length >> 8, message.length & 255), message]);
async function receive(socket: Socket, count: number): Promise<Buffer[]> {
  const messages: Buffer[] = [];
  let bytes = Buffer.alloc(0);
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    bytes = Buffer.concat([bytes, chunk as Buffer]);
    while (bytes.length >= 2 && bytes.length >= bytes.readUInt16BE(0) + 2) {
      messages.push(bytes.subarray(2, bytes.readUInt16BE(0) + 2));
      bytes = bytes.subarray(bytes.readUInt16BE(0) + 2);
    }
    if (messages.length >= count) break;
  }
  return messages;
}

it('answers by UDP as much as the client takes, and all of it by TCP', async () => {
  const { port } = await start();
  const name = 'bare.ns.svc.cluster.local';
  const small = await askUdp(port, query(name, 'A'));
  expect(shown(small)).toMatchObject({ tc: true, aa: true });
  expect(small.length).toBeLessThanOrEqual(512);
  const larger = await askUdp(port, query(name, 'A', opt(1_232)));
  expect(shown(larger).answers).toHaveLength(73);
  expect((await askUdp(port, query(name, 'A', opt(65_535)))).length).toBeLessThanOrEqual(4_096);
  const socket = dial(port);
  socket.write(framed(query(name, 'A')));
  const [whole] = await receive(socket, 1);
  expect(shown(whole!)).toMatchObject({ tc: false, answers: { length: 300 } });
});

it('answers many questions of one TCP connection, however they are cut into pieces, and after its end', async () => {
  const { port } = await start();
  const socket = dial(port);
  const all = Buffer.concat(
    Array.from({ length: 50 }, (_, id) => framed(query('web.ns.svc.cluster.local', 'A', { id }))),
  );
  socket.write(all.subarray(0, 1));
  socket.write(all.subarray(1, 700));
  socket.end(all.subarray(700));
  const answers = await receive(socket, 50);
  expect(answers.map((answer) => answer.readUInt16BE(0))).toEqual(Array.from({ length: 50 }, (_, id) => id));
});

it('ends TCP connections that are idle, too many, or say nothing sensible', async () => {
  const { port } = await start([], { maxConnections: 2, idleMs: 50, maxOpen: 2 });
  const idle = dial(port);
  idle.write(Buffer.of(0, 40, 1));
  idle.resume();
  await once(idle, 'close');
  const silly = dial(port);
  silly.resume();
  silly.write(framed(Buffer.alloc(3)));
  await once(silly, 'close');
});

it('passes on what it does not know, from its cache when it can', async () => {
  const upstream = await upstreamOf(() => ({
    answers: [{ name: 'www.example', type: 'A', ttl: 60, data: '1.2.3.4' }],
  }));
  const { port, answered } = await start([upstream.at]);
  for (const name of ['www.example', 'wWw.example']) {
    const answer = await askUdp(port, query(name, 'A'));
    expect(decode(answer).questions).toMatchObject([{ name }]);
    expect(shown(answer)).toMatchObject({ aa: false, answers: ['www.example 60 A 1.2.3.4'] });
  }
  expect(upstream.asked).toEqual(['udp www.example']);
  expect(answered).toMatchObject([{ zone: '.', type: 'A', rcode: 'NOERROR', protocol: 'udp' }, { zone: '.' }]);
});

it('follows an ExternalName elsewhere, and says how that ended', async () => {
  const upstream = await upstreamOf(({ questions }) => ({
    answers: [
      { name: questions![0]!.name, type: 'CNAME', ttl: 9, data: 'cdn.example.com' },
      { name: 'cdn.example.com', type: 'A', ttl: 8, data: '1.2.3.4' },
    ],
  }));
  const { port } = await start([upstream.at]);
  expect(shown(await askUdp(port, query('out.ns.svc.cluster.local', 'A')))).toMatchObject({
    rcode: 'NOERROR',
    answers: [
      'out.ns.svc.cluster.local 30 CNAME www.example.com',
      'www.example.com 9 CNAME cdn.example.com',
      'cdn.example.com 8 A 1.2.3.4',
    ],
  });
  const alone = await start();
  expect(shown(await askUdp(alone.port, query('out.ns.svc.cluster.local', 'A')))).toMatchObject({
    rcode: 'SERVFAIL',
    answers: { length: 1 },
  });
});

it('answers the cluster’s names while nobody else answers', async () => {
  const silent = await upstreamOf(() => 'silence');
  const { port } = await start([silent.at]);
  const waiting = askUdp(port, query('www.example', 'A'));
  expect(shown(await askUdp(port, query('web.ns.svc.cluster.local', 'A'))).answers).toHaveLength(1);
  expect(shown(await waiting).rcode).toBe('SERVFAIL');
});

it('notices that those it asks ask it, and asks them no more', async () => {
  let back = 0;
  const mirror = await upstreamOf((question) => {
    const { name, type } = question.questions![0]!;
    void askUdp(back, query(name, type));
    return 'silence';
  });
  const { port, forwarder, probe } = await start([mirror.at]);
  back = port;
  await probe.run(forwarder);
  expect(forwarder.looping).toBe(true);
  expect(shown(await askUdp(port, query('www.example', 'A'))).rcode).toBe('SERVFAIL');
  expect(mirror.asked.every((question) => !question.includes('example'))).toBe(true);
});

it('goes on after garbage by UDP', async () => {
  const { port } = await start();
  const socket = createSocket('udp4');
  stack.defer(() => void socket.close());
  const good = query('web.ns.svc.cluster.local', 'A');
  for (let seed = 1; seed < 500; seed++) {
    const bytes = Buffer.from(good);
    for (let change = 0; change < 4; change++)
      bytes[(seed * 31 + change * 7) % bytes.length] = (seed * 17 + change * 101) & 255;
    socket.send(bytes.subarray(0, (seed * 13) % (bytes.length + 1)), port, host);
  }
  expect(shown(await askUdp(port, good)).answers).toEqual(['web.ns.svc.cluster.local 30 A 10.96.0.1']);
});

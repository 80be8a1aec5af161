import type { ServiceError } from '@grpc/grpc-js';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Message, NodeId } from '../core/types.ts';
import { MemoryVolume } from '../disk/memory-volume.ts';
import type { TransportReceiver } from '../runner/types.ts';
import { makeCertificates } from '../testing/certificates.ts';
import { eventually } from '../testing/eventually.ts';
import { applied, leaderOf, openMember, propose, type TestMember } from '../testing/members.ts';
import { askMembers } from './calls.ts';
import { encodeMessages } from './codec.ts';
import { dial } from './dial.ts';
import { GrpcTransport, type GrpcTransportOptions } from './grpc-transport.ts';
import { callMetadata } from './peer-link.ts';

import { asIs, paths } from './service.ts';

const { member: tls, client: clientTls } = makeCertificates();
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

interface Node {
  transport: GrpcTransport;
  received: Message[];
  snapshots: { message: Message; text: string }[];
  unreachable: NodeId[];
  log: [event: string, fields: Record<string, unknown>][];
  url: string;
}

async function node(
  id: NodeId,
  options: Partial<GrpcTransportOptions> = {},
  receiver: Partial<TransportReceiver> = {},
): Promise<Node> {
  const log: Node['log'] = [];
  const note = (fields: object, event: string) => void log.push([event, fields as Record<string, unknown>]);
  const transport = new GrpcTransport({
    id,
    clusterId: 'c1',
    listen: '127.0.0.1:0',
    tls,
    log: { info: note, warn: note, error: note },
    ...options,
  });
  const one: Node = { transport, received: [], snapshots: [], unreachable: [], log, url: '' };
  await transport.start({
    onMessages: (messages) => void one.received.push(...messages),
    onSnapshot: async (message, chunks) => {
      const all: Uint8Array[] = [];
      for await (const chunk of chunks) all.push(chunk);
      one.snapshots.push({ message, text: Buffer.concat(all).toString() });
    },
    onUnreachable: (peer) => void one.unreachable.push(peer),
    onRemoved: () => note({}, 'told-removed'),
    ...receiver,
  });
  open.push(transport);
  one.url = `${options.tls === undefined && 'tls' in options ? 'http' : 'https'}://127.0.0.1:${transport.port}`;
  return one;
}

function introduce(...nodes: Node[]): void {
  const peers = new Map(nodes.map(({ url }, i) => [i + 1, [url]]));
  for (const { transport } of nodes) transport.setPeers(peers, []);
}

function heartbeat(from: NodeId, to: NodeId, context: number): Message {
  return { type: 'heartbeat', from, to, term: 1, commit: 0, context };
}

function snapshotMessage(from: NodeId, to: NodeId): Message & { type: 'snapshot' } {
  const configuration = { voters: [1, 2], learners: [] };
  return { type: 'snapshot', from, to, term: 1, mark: { index: 5, term: 1, timeMs: 1.5, configuration } };
}

async function arrives(at: Node, message: Message, send: () => void): Promise<void> {
  await eventually(
    () => {
      send();
      return at.received.some((one) => JSON.stringify(one) === JSON.stringify(message));
    },
    () => at.log,
  );
}

describe('the gRPC transport', () => {
  it('carries messages both ways, in order', async () => {
    const [a, b] = [await node(1), await node(2)];
    introduce(a, b);
    await arrives(b, heartbeat(1, 2, 0), () => a.transport.send([heartbeat(1, 2, 0)]));
    await arrives(a, heartbeat(2, 1, 0), () => b.transport.send([heartbeat(2, 1, 0)]));
    b.received.length = 0;
    const messages = Array.from({ length: 3000 }, (_, i) => heartbeat(1, 2, i + 1));
    for (let i = 0; i < 3000; i += 100) a.transport.send(messages.slice(i, i + 100));
    await eventually(
      () => b.received.at(-1)?.type === 'heartbeat' && b.received.length >= 3000,
      () => b.received.length,
    );
    expect(b.received.slice(-3000)).toEqual(messages);
  });

  it('carries entries of many MiB', async () => {
    const [a, b] = [await node(1), await node(2)];
    introduce(a, b);
    const data = Buffer.alloc(9 << 20, 'x');
    const entries = [{ term: 1, index: 1, timeMs: 0.25, type: 'normal' as const, data }];
    const append: Message = { type: 'append', from: 1, to: 2, term: 1, prevIndex: 0, prevTerm: 0, entries, commit: 0 };
    await arrives(b, heartbeat(1, 2, 0), () => a.transport.send([heartbeat(1, 2, 0)]));
    a.transport.send([append, append]);
    await eventually(
      () => b.received.filter(({ type }) => type === 'append').length === 2,
      () => b.received.length,
    );
    const last = b.received.at(-1) as Message & { type: 'append' };
    expect(data.equals(last.entries[0]?.data as Buffer)).toBe(true);
  });

  it('reaches a member again that was away, and tells that it is away', async () => {
    const [a, b] = [await node(1), await node(2)];
    introduce(a, b);
    await arrives(b, heartbeat(1, 2, 0), () => a.transport.send([heartbeat(1, 2, 0)]));
    await b.transport.close();
    await eventually(
      () => a.unreachable.includes(2),
      () => a.log,
    );
    const again = await node(2, { listen: `127.0.0.1:${b.transport.port}` });
    await arrives(again, heartbeat(1, 2, 7), () => a.transport.send([heartbeat(1, 2, 7)]));
  });

  it('tries the URLs of a member in turn, and follows when they change', async () => {
    const [a, b] = [await node(1), await node(2)];
    a.transport.setPeers(new Map([[2, ['https://127.0.0.1:9', b.url]]]), []);
    await arrives(b, heartbeat(1, 2, 0), () => a.transport.send([heartbeat(1, 2, 0)]));
    const moved = await node(2);
    a.transport.setPeers(new Map([[2, [moved.url]]]), []);
    await arrives(moved, heartbeat(1, 2, 1), () => a.transport.send([heartbeat(1, 2, 1)]));
  });

  it.each<[string, Partial<GrpcTransportOptions>, NodeId, RegExp]>([
    ['of another cluster', { clusterId: 'c2' }, 3, /cluster c1, not of c2/],
    ['whose certificate is not that of a member', { tls: clientTls }, 3, /certificate is not that of a member/],
  ])('refuses one %s, and both say why', async (_, options, id, reason) => {
    const a = await node(1);
    const stranger = await node(id, options);
    stranger.transport.setPeers(new Map([[1, [a.url]]]), []);
    const logged = (log: Node['log'], event: string) =>
      log.some(([name, { reason: said }]) => name === event && reason.test(String(said)));
    await eventually(
      () => logged(a.log, 'raft-peer-refused') && logged(stranger.log, 'raft-peer-not-reached'),
      () => [a.log, stranger.log],
    );
    stranger.transport.send([heartbeat(id, 1, 1)]);
    await expect(stranger.transport.sendSnapshot(snapshotMessage(id, 1), chunks('x'))).rejects.toThrow(reason);
    expect([a.received, a.snapshots]).toEqual([[], []]);
  });

  it('refuses one that takes it for another member', async () => {
    const [a, b] = [await node(1), await node(2)];
    b.transport.setPeers(new Map([[3, [a.url]]]), []);
    await eventually(
      () => b.log.some(([, { reason }]) => /this is member 1, not 3/.test(String(reason))),
      () => b.log,
    );
  });

  it('refuses one whose certificate is of another authority, and trusts none such', async () => {
    const a = await node(1, { members: () => Buffer.of(1) });
    const other = makeCertificates().member;
    await expect(askMembers(a.url, { ...other, ca: tls.ca })).rejects.toThrow();
    await expect(askMembers(a.url, { ...tls, ca: other.ca })).rejects.toThrow();
    expect(await askMembers(a.url, tls)).toEqual(Buffer.of(1));
  });

  it('trusts a certificate for its own address alone', async () => {
    const a = await node(1, { listen: '0.0.0.0:0', members: () => Buffer.of(1) });
    expect(await askMembers(a.url.replace('127.0.0.1', 'localhost'), tls)).toEqual(Buffer.of(1));
    await expect(askMembers(a.url.replace('127.0.0.1', '127.0.0.2'), tls)).rejects.toThrow(/127.0.0.2/);
  });

  it('parts with a member that is removed, and refuses it from then on', async () => {
    const [a, b] = [await node(1), await node(2)];
    introduce(a, b);
    await arrives(a, heartbeat(2, 1, 0), () => b.transport.send([heartbeat(2, 1, 0)]));
    a.transport.setPeers(new Map([[1, [a.url]]]), [2]);
    await eventually(
      () =>
        b.log.some(([, { reason }]) => /member 2 was removed/.test(String(reason))) &&
        b.log.some(([event]) => event === 'told-removed'),
      () => b.log,
    );
    a.received.length = 0;
    b.transport.send([heartbeat(2, 1, 1)]);
    await eventually(
      () => a.log.some(([event]) => event === 'raft-peer-refused'),
      () => a.log,
    );
    expect(a.received).toEqual([]);
  });

  it('answers a member that it has not heard of yet', async () => {
    const [a, b] = [await node(1), await node(2)];
    b.transport.setPeers(
      new Map([
        [1, [a.url]],
        [2, [b.url]],
      ]),
      [],
    );
    await arrives(a, heartbeat(2, 1, 0), () => b.transport.send([heartbeat(2, 1, 0)]));
    await arrives(b, heartbeat(1, 2, 0), () => a.transport.send([heartbeat(1, 2, 0)]));
  });

  it.each([
    ['garbage', () => Buffer.from('garbage')],
    ['nothing', () => Buffer.of()],
    ['messages of somebody else', () => encodeMessages([heartbeat(7, 1, 1)])],
    ['a snapshot without contents', () => encodeMessages([snapshotMessage(2, 1)])],
  ])('ends the stream of one that sends %s, and goes on', async (_, bytes) => {
    const [a, b] = [await node(1), await node(2)];
    const client = dial(a.url, tls);
    const from = { id: 2, clusterId: 'c1', ownUrls: () => [] };
    const error = await new Promise<ServiceError | null>((resolve) => {
      const call = client.makeClientStreamRequest(paths.messages, asIs, asIs, callMetadata(from, 1), resolve);
      call.write(bytes());
    });
    client.close();
    expect(error?.code).toBe(3);
    expect(a.received).toEqual([]);
    introduce(a, b);
    await arrives(a, heartbeat(2, 1, 0), () => b.transport.send([heartbeat(2, 1, 0)]));
  });

  it('streams a snapshot, and resolves once it has been taken in', async () => {
    const [a, b] = [await node(1), await node(2)];
    introduce(a, b);
    const text = 'snapshot '.repeat(400_000);
    await a.transport.sendSnapshot(snapshotMessage(1, 2), chunks(text, 3333));
    expect(b.snapshots.map(({ message }) => message)).toEqual([snapshotMessage(1, 2)]);
    expect(b.snapshots[0]?.text === text).toBe(true);
    await a.transport.sendSnapshot(snapshotMessage(1, 2), chunks('', 1));
    expect(b.snapshots[1]?.text).toBe('');
  });

  it('does not read a snapshot faster than it is taken in', async () => {
    let given = 0;
    let taken = 0;
    let largestLead = 0;
    async function* source(): AsyncIterable<Uint8Array> {
      for (; given < 60; given++) yield Buffer.alloc(1 << 20);
    }
    const [a, b] = [
      await node(1),
      await node(
        2,
        {},
        {
          onSnapshot: async (_, chunks) => {
            for await (const chunk of chunks) {
              taken += chunk.length >> 20;
              largestLead = Math.max(largestLead, given - taken);
              await new Promise((resolve) => setTimeout(resolve, 1));
            }
          },
        },
      ),
    ];
    introduce(a, b);
    await a.transport.sendSnapshot(snapshotMessage(1, 2), source());
    expect(taken).toBe(60);
    expect(largestLead).toBeLessThan(50);
  });

  it('fails a snapshot that the other one refuses, that its source cannot finish, or that is under way when it closes', async () => {
    const [a, b] = [
      await node(1),
      await node(2, {}, { onSnapshot: async () => Promise.reject(new Error('the disk is full')) }),
    ];
    introduce(a, b);
    await expect(a.transport.sendSnapshot(snapshotMessage(1, 2), chunks('x'.repeat(1e6)))).rejects.toThrow(
      'the disk is full',
    );
    let received: unknown;
    let begun = 0;
    const c = await node(
      3,
      {},
      {
        onSnapshot: async (_, contents) => {
          begun++;
          try {
            for await (const _ of contents);
            received = 'whole';
          } catch (error) {
            received = error;
            throw error;
          }
        },
      },
    );
    a.transport.setPeers(new Map([[3, [c.url]]]), []);
    async function* broken(): AsyncIterable<Uint8Array> {
      yield Buffer.alloc(2 << 20);
      throw new Error('cannot read');
    }
    await expect(a.transport.sendSnapshot(snapshotMessage(1, 3), broken())).rejects.toThrow('cannot read');
    await eventually(
      () => received instanceof Error,
      () => received,
    );
    async function* endless(): AsyncIterable<Uint8Array> {
      for (;;) yield Buffer.alloc(1 << 20);
    }
    received = undefined;
    const sending = expect(a.transport.sendSnapshot(snapshotMessage(1, 3), endless())).rejects.toThrow();
    await eventually(
      () => begun === 2,
      () => begun,
    );
    await a.transport.close();
    await sending;
    await eventually(
      () => received instanceof Error,
      () => received,
    );
    received = undefined;
    b.transport.setPeers(new Map([[3, [c.url]]]), []);
    const again = expect(b.transport.sendSnapshot(snapshotMessage(2, 3), endless())).rejects.toThrow();
    await eventually(
      () => begun === 3,
      () => begun,
    );
    await c.transport.close();
    await again;
    await eventually(
      () => received instanceof Error,
      () => received,
    );
  });

  it('is not held up by a member that takes nothing', async () => {
    const [a, b] = [await node(1), await node(2)];
    // Accepts and is silent, as a paused process does.
    const sockets: Socket[] = [];
    const silent = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as { port: number };
    a.transport.setPeers(
      new Map([
        [2, [b.url]],
        [3, [`https://127.0.0.1:${port}`]],
      ]),
      [],
    );
    const data = Buffer.alloc(1 << 20);
    const entries = [{ term: 1, index: 1, timeMs: 0, type: 'normal' as const, data }];
    for (let i = 0; i < 200; i++) {
      a.transport.send([
        { type: 'append', from: 1, to: 3, term: 1, prevIndex: 0, prevTerm: 0, entries, commit: 0 },
        heartbeat(1, 2, i),
      ]);
    }
    await arrives(b, heartbeat(1, 2, 999), () => a.transport.send([heartbeat(1, 2, 999)]));
    expect(a.unreachable).toContain(3);
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  it('closes the connection of one that speaks no TLS', async () => {
    const a = await node(1);
    const socket = connect(a.transport.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    await new Promise((resolve) => socket.once('close', resolve));
    expect(a.received).toEqual([]);
  });

  it('tells those who want to join what the application has to say', async () => {
    const a = await node(1, { members: async () => Buffer.from('everybody') });
    expect(Buffer.from(await askMembers(a.url, tls)).toString()).toBe('everybody');
    const b = await node(2);
    await expect(askMembers(b.url, tls)).rejects.toThrow('this member does not tell');
    await expect(askMembers(b.url.replace('https', 'http'), tls)).rejects.toThrow('does not begin with https://');
  });
});

describe('three members over gRPC with mTLS', () => {
  it('replicate, elect another leader when one goes, and bring one up with a snapshot', async () => {
    const voters = [1, 2, 3];
    const volumes = voters.map(() => new MemoryVolume());
    const silent = { info() {}, warn() {}, error() {} };
    const ports = [0, 0, 0];
    const transports: GrpcTransport[] = [];
    const members: TestMember[] = [];
    const meet = () => {
      const peers = new Map(voters.map((id, i) => [id, [`https://127.0.0.1:${ports[i]}`]]));
      for (const transport of transports) transport.setPeers(peers, []);
    };
    const start = async (i: number) => {
      const transport = new GrpcTransport({
        id: i + 1,
        clusterId: 'c',
        listen: `127.0.0.1:${ports[i]}`,
        tls,
        log: silent,
      });
      transports[i] = transport;
      const member = await openMember(i + 1, voters, volumes[i] as MemoryVolume, transport);
      members[i] = member;
      ports[i] = transport.port;
      meet();
      open.push(member.runner);
    };
    for (let i = 0; i < 3; i++) await start(i);
    const leader = await leaderOf(members);
    await Promise.all(members.map((member, m) => propose(member, `from ${m}`)));
    const gone = members.indexOf(leader);
    await leader.runner.close();
    const rest = members.filter((member) => member !== leader);
    const next = await leaderOf(rest);
    await propose(next, 'meanwhile');
    const many = Array.from({ length: 3000 }, (_, i) => `${i}`);
    for (let round = 0; Math.min(...rest.map(({ runner }) => runner.status().firstIndex)) < 1000; round++) {
      await propose(await leaderOf(rest), ...many.map((i) => `${round}.${i}`));
    }
    await start(gone);
    const back = members[gone] as TestMember;
    await propose(next, 'last');
    await applied(members, 'last');
    expect(back.runner.status().firstIndex).toBeGreaterThan(1000);
    expect(back.machine.items).toEqual(next.machine.items);
    await back.runner.readIndex();
  });
});

async function* chunks(text: string, size = 1000): AsyncIterable<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

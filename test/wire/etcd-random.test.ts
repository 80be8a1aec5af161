import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import type { EtcdClient } from '@wherry/store/etcd-contract';
import { type Decoded, kvService, leaseService, watchService, type watchResponse } from '@wherry/store/etcd-proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RandomRequests, type RandomRequest } from './etcd-random.ts';
import { clientOf, makePki, type Pki, type Side, startOurs, startTheirs, untilReady } from './etcd-sides.ts';

const requests = 400;
const seeds = [1, 2, 3, Number(process.env['ETCD_SEED'] ?? Date.now() % 1_000_000)];

const dir = mkdtempSync(join(tmpdir(), 'wherry-etcd-random-'));
const sides: Side[] = [];
const clients: EtcdClient[] = [];
let pki: Pki;

beforeAll(async () => {
  pki = await makePki(dir);
  sides.push(...(await Promise.all([startOurs(dir, pki), startTheirs(pki)])));
  for (const side of sides) {
    await untilReady(side, pki);
    clients.push(clientOf(side, pki));
  }
  await grantLease();
});
afterAll(async () => {
  for (const client of clients) client.close();
  for (const side of sides) await side[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true });
});

/** One after another on the same data: each begins at the revision where the one before ended, on both sides. */
describe('a random history', () => {
  it.each(seeds)('of seed %i is answered and watched as by etcd', async (seed) => {
    const draw = new RandomRequests(seed);
    const { header } = await both({ call: 'put', request: { key: 'a' } });
    const start = Number(header?.revision);
    const watches = clients.map((client) => client.open(watchService.watch));
    for (const stream of watches) {
      stream.send({ create: { key: 'a', rangeEnd: '\0', startRevision: start, prevKv: true } });
      expect((await stream.next()).created).toBe(true);
      // Both have caught up, so that no compaction takes anything from them.
      expect((await stream.next()).events.map(({ kv }) => kv?.modRevision)).toEqual([start]);
    }
    let revision = start;
    for (let i = 0; i < requests; i++) {
      const { header } = await both(draw.next(revision));
      revision = Math.max(revision, Number(header?.revision ?? 0));
    }
    for (const client of clients) await client.call(leaseService.leaseRevoke, lease);
    await grantLease();
    const { header: last } = await both({ call: 'put', request: { key: 'a' } });
    const [ours, theirs] = await Promise.all(watches.map((stream) => eventsUntil(stream, Number(last?.revision))));
    expect(ours).toEqual(theirs);
    for (const stream of watches) stream.close();
  });
});

/** The one that is there; another one that requests name is not. */
const lease = { id: 5 };

async function grantLease(): Promise<void> {
  for (const client of clients) await client.call(leaseService.leaseGrant, { ...lease, ttl: 3600 });
}

/** Asks both the same, and gives the answer if it is the same. */
async function both(asked: RandomRequest): Promise<{ header?: { revision: number } | undefined }> {
  const [ours, theirs] = await Promise.all(clients.map((client) => answerOf(client, asked)));
  expect({ asked, answer: ours }).toEqual({ asked, answer: theirs });
  return ours as { header?: { revision: number } | undefined };
}

async function answerOf(client: EtcdClient, { call, request }: RandomRequest): Promise<unknown> {
  try {
    const answer = await client.call(kvService[call] as typeof kvService.range, request as object);
    return { ...answer, header: { revision: answer.header?.revision } };
  } catch (error) {
    const { code, details } = error as { code?: number; details?: string };
    if (code === undefined) throw error;
    // Of several things wrong with a transaction, which one is named is left open.
    return call === 'txn' ? { refused: code !== status.INTERNAL } : { code, details };
  }
}

async function eventsUntil(
  stream: { next(): Promise<Decoded<typeof watchResponse>> },
  revision: number,
): Promise<Decoded<typeof watchResponse>['events']> {
  const events: Decoded<typeof watchResponse>['events'][number][] = [];
  while (events.at(-1)?.kv?.modRevision !== revision) {
    const answer = await stream.next();
    expect(answer.canceled).toBe(false);
    events.push(...answer.events);
  }
  return events;
}

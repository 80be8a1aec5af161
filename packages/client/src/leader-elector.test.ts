import type { Lease } from '@wherry/api';
import { describe, expect, it } from 'vitest';
import { readBody, sendJson, startFakeServer, until, type Request, type Response } from './fake-server.ts';
import { claim, mayAcquire, observe, release } from './leader-election-state.ts';
import { LeaderElector } from './leader-elector.ts';
import { RestClient } from './rest-client.ts';

describe('what a candidate decides', () => {
  const held = {
    holderIdentity: 'other',
    leaseDurationSeconds: 15,
    renewTime: '2026-01-01T00:00:00.000000Z',
    leaseTransitions: 3,
  };

  it('waits a whole lease duration by its own clock, whatever time the lease tells', () => {
    const observed = observe(undefined, held, 1_000);
    expect(mayAcquire(observed, 'me', 15_999)).toBe(false);
    expect(mayAcquire(observed, 'me', 16_000)).toBe(true);
  });

  it('starts to wait again when the holder renews', () => {
    const renewed = observe(observe(undefined, held, 1_000), { ...held, renewTime: 'later' }, 10_000);
    expect(mayAcquire(renewed, 'me', 16_000)).toBe(false);
    expect(observe(renewed, { ...held, renewTime: 'later' }, 12_000)).toBe(renewed);
  });

  it('takes a lease given back at once', () => {
    const back = release({ ...held, holderIdentity: 'other' }, 0);
    expect(mayAcquire(observe(undefined, back, 0), 'me', 0)).toBe(true);
  });

  it('counts a transition only when the holder changes', () => {
    const taken = claim(held, 'me', 15_000, 0);
    expect(taken).toMatchObject({ holderIdentity: 'me', leaseDurationSeconds: 15, leaseTransitions: 4 });
    const renewed = claim(taken, 'me', 15_000, 5_000);
    expect(renewed).toMatchObject({ leaseTransitions: 4, acquireTime: taken.acquireTime });
    expect(renewed.renewTime).toBe('1970-01-01T00:00:05.000000Z');
  });
});

/** One lease with optimistic concurrency. */
function leaseServer(state: { lease?: Lease; broken: boolean }) {
  return async (request: Request, response: Response): Promise<void> => {
    const body = await readBody(request);
    const fail = (code: number, reason: string): void =>
      sendJson(response, code, { kind: 'Status', status: 'Failure', reason, code });
    if (state.broken) return fail(500, 'InternalError');
    if (request.method === 'GET')
      return state.lease === undefined ? fail(404, 'NotFound') : sendJson(response, 200, state.lease);
    const lease = JSON.parse(body) as Lease;
    if (
      request.method === 'POST'
        ? state.lease !== undefined
        : lease.metadata.resourceVersion !== state.lease?.metadata.resourceVersion
    ) {
      return fail(409, 'Conflict');
    }
    lease.metadata.resourceVersion = String(Number(state.lease?.metadata.resourceVersion ?? 0) + 1);
    state.lease = lease;
    sendJson(response, 200, lease);
  };
}
const timing = { leaseDurationMs: 1_000, renewDeadlineMs: 400, retryPeriodMs: 20 };

it('leads, renews, and gives the lease back when stopped, so that the next leads at once', async () => {
  const state = { broken: false } as { lease?: Lease; broken: boolean };
  await using server = await startFakeServer(leaseServer(state));
  await using client = new RestClient(server.config);
  const log: string[] = [];
  const start = (identity: string, signal: AbortSignal): Promise<void> =>
    new LeaderElector({
      client,
      lease: { namespace: 'kube-system', name: 'x' },
      identity,
      ...timing,
      async onStartedLeading(leading) {
        log.push(`${identity} leads`);
        await until(() => leading.aborted);
        log.push(`${identity} has finished`);
      },
      onStoppedLeading: (lost) => void log.push(`${identity} stopped ${lost ? 'lost' : 'freely'}`),
    }).run(signal);
  const [a, b] = [new AbortController(), new AbortController()];
  const first = start('a', a.signal);
  await until(() => log.includes('a leads'));
  const second = start('b', b.signal);
  const renewedAt = state.lease?.spec.renewTime;
  await until(() => state.lease?.spec.renewTime !== renewedAt);
  a.abort();
  await first;
  await until(() => log.includes('b leads'));
  b.abort();
  await second;
  expect(log).toEqual([
    'a leads',
    'a has finished',
    'a stopped freely',
    'b leads',
    'b has finished',
    'b stopped freely',
  ]);
  expect(state.lease?.spec).toMatchObject({ holderIdentity: '', leaseTransitions: 1 });
});

it('gives the lease back even when a renewal of its own was written unseen at the stop', async () => {
  const state = { broken: false } as { lease?: Lease; broken: boolean };
  await using server = await startFakeServer(leaseServer(state));
  await using client = new RestClient(server.config);
  const stop = new AbortController();
  await new LeaderElector({
    client,
    lease: { namespace: 'n', name: 'x' },
    identity: 'a',
    ...timing,
    retryPeriodMs: 300,
    async onStartedLeading(leading) {
      stop.abort();
      await until(() => leading.aborted);
      state.lease!.metadata.resourceVersion = '100';
    },
    onStoppedLeading: () => undefined,
  }).run(stop.signal);
  expect(state.lease?.spec.holderIdentity).toBe('');
});

it('stops leading when the lease cannot be renewed in time, and may stand again', async () => {
  const state = { broken: false } as { lease?: Lease; broken: boolean };
  await using server = await startFakeServer(leaseServer(state));
  await using client = new RestClient(server.config);
  const log: string[] = [];
  const stop = new AbortController();
  const elector = new LeaderElector({
    client,
    lease: { namespace: 'n', name: 'x' },
    identity: 'a',
    ...timing,
    async onStartedLeading(leading) {
      log.push('leads');
      if (log.length === 1) state.broken = true;
      else stop.abort();
      await until(() => leading.aborted);
    },
    onStoppedLeading: (lost) => void log.push(lost ? 'lost' : 'stopped'),
  });
  await elector.run(stop.signal);
  expect(log).toEqual(['leads', 'lost']);
  state.broken = false;
  await elector.run(stop.signal);
  expect(log).toEqual(['leads', 'lost', 'leads', 'stopped']);
});

it('refuses durations that could let two lead', async () => {
  await using client = new RestClient({ servers: ['http://localhost'] });
  const options = {
    client,
    lease: { namespace: 'n', name: 'x' },
    identity: 'a',
    onStartedLeading: async () => undefined,
    onStoppedLeading: () => undefined,
  };
  expect(() => new LeaderElector({ ...options, leaseDurationMs: 5, renewDeadlineMs: 5 })).toThrow(
    'leaseDuration must be greater',
  );
  expect(() => new LeaderElector({ ...options, renewDeadlineMs: 2_400 })).toThrow('renewDeadline must be greater');
});

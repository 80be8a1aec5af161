import { decode } from 'dns-packet';
import { expect, it } from 'vitest';
import { query } from '../core/made-up.ts';
import { readRequest, type Request } from '../core/request.ts';
import { fakeUpstream } from './fake-upstream.ts';
import { Forwarder, type ForwarderOptions } from './forwarder.ts';

function asked(name: string): Request {
  const result = readRequest(query(name, 'A'));
  if (result.kind !== 'request') throw new Error(result.kind);
  return result.request;
}
const forwarder = (options: Pick<ForwarderOptions, 'upstreams'> & Partial<ForwarderOptions>): Forwarder =>
  new Forwarder({ maxConcurrent: 10, cacheSize: 100, cacheMaxTtl: 30, tryTimeoutMs: 100, ...options });
const a = (name: string, ttl = 60) => ({ answers: [{ name, type: 'A' as const, ttl, data: '1.2.3.4' }] });
const answersOf = (bytes: Buffer): unknown[] => decode(bytes).answers ?? [];

it('asks once for many who ask at the same time, and keeps what it was told', async () => {
  await using upstream = await fakeUpstream(() => a('www.example'));
  let nowMs = 0;
  const one = forwarder({ upstreams: [upstream.at], now: () => nowMs });
  const all = await Promise.all(Array.from({ length: 20 }, () => one.ask(asked('www.example'))));
  expect(all.every((each) => answersOf(each!.relayed.bytes).length === 1)).toBe(true);
  expect(upstream.asked).toEqual(['udp www.example']);
  nowMs = 29_000;
  expect(one.kept(asked('WWW.example'))).toMatchObject({ ageSeconds: 29 });
  expect(one.kept(asked('other.example'))).toBeUndefined();
  nowMs = 30_000;
  expect(one.kept(asked('www.example'))).toBeUndefined();
  expect(one.openQuestions).toBe(0);
});

it('asks again by TCP for what was too much for UDP', async () => {
  await using upstream = await fakeUpstream((_question, protocol) =>
    protocol === 'udp' ? { flags: 0x3_80 } : a('big.example'),
  );
  const answer = await forwarder({ upstreams: [upstream.at] }).ask(asked('big.example'));
  expect(answersOf(answer!.relayed.bytes)).toHaveLength(1);
  expect(upstream.asked).toEqual(['udp big.example', 'tcp big.example']);
});

it('asks the next server when one is silent, and then that one first', async () => {
  await using silent = await fakeUpstream(() => 'silence');
  await using other = await fakeUpstream(({ questions }) => a(questions![0]!.name));
  const one = forwarder({ upstreams: [silent.at, other.at] });
  for (const name of ['a.example', 'b.example', 'c.example']) expect(await one.ask(asked(name))).toBeDefined();
  expect(silent.asked).toEqual(['udp a.example', 'udp b.example']);
});

it('waits for the true answer when a false one comes first, and gives up on nothing but false ones', async () => {
  await using liar = await fakeUpstream(({ id }) => ({ id: ((id ?? 0) + 1) & 0xff_ff, ...a('www.example') }));
  await using other = await fakeUpstream(() => ({ questions: [{ name: 'evil.example', type: 'A', class: 'IN' }] }));
  const failures: unknown[] = [];
  const observe = {
    cache: () => undefined,
    rejected: () => undefined,
    asked: (_to: unknown, rcode: unknown) => failures.push(rcode),
  };
  const one = forwarder({ upstreams: [liar.at, other.at], observe });
  expect(await one.ask(asked('www.example'))).toBeUndefined();
  expect(failures).toEqual(['failed', 'failed']);
});

it('has a bound on open questions', async () => {
  await using silent = await fakeUpstream(() => 'silence');
  let rejected = 0;
  const observe = { cache: () => undefined, asked: () => undefined, rejected: () => rejected++ };
  const one = forwarder({ upstreams: [silent.at], maxConcurrent: 2, observe, tryTimeoutMs: 20 });
  const all = await Promise.all(['a', 'b', 'c', 'd'].map((name) => one.ask(asked(`${name}.example`))));
  expect(all).toEqual([undefined, undefined, undefined, undefined]);
  expect([rejected, one.openQuestions]).toEqual([2, 0]);
});

it('knows nobody to ask where there is no server, or where they ask us', async () => {
  expect(await forwarder({ upstreams: [] }).ask(asked('www.example'))).toBeUndefined();
  await using upstream = await fakeUpstream(() => a('www.example'));
  const one = forwarder({ upstreams: [upstream.at] });
  one.looping = true;
  expect(await one.ask(asked('www.example'))).toBeUndefined();
  expect(upstream.asked).toEqual([]);
});

import { configMaps, type ConfigMap } from '@wherry/api';
import { expect, it, vi } from 'vitest';
import { startTestApiserver } from '../../../test/fixture/cluster-fixture.ts';
import { until } from './fake-server.ts';
import { Informer } from './informer.ts';
import { LeaderElector } from './leader-elector.ts';
import { RestClient } from './rest-client.ts';

const configMap = (name: string, value: string): ConfigMap => ({
  metadata: { name, namespace: 'default' },
  data: { value },
});

it('sees every change once, in order, across restarts of the apiserver, without listing again', async () => {
  let cluster = await startTestApiserver();
  const { storage } = cluster;
  const port = cluster.server.port;
  const { config } = cluster;
  await using watching = new RestClient(config);
  const seen: string[] = [];
  const informer = new Informer(watching, configMaps, { namespace: 'default' });
  const tell = (what: string, o: ConfigMap): void => void seen.push(`${what} ${o.metadata.name} ${o.data?.['value']}`);
  informer.addHandler({
    onAdd: (o) => tell('add', o),
    onUpdate: (_old, o) => tell('update', o),
    onDelete: (o) => tell('delete', o),
  });
  const requests = vi.spyOn(watching, 'request');
  const stop = new AbortController();
  const running = informer.run(stop.signal);
  await informer.waitForSync(stop.signal);
  seen.length = 0;
  const wanted: string[] = [];
  for (let round = 0; round < 3; round++) {
    const resource = cluster.client.resource(configMaps);
    for (let i = 0; i < 20; i++) {
      const name = `c${round}-${i}`;
      const made = await resource.create(configMap(name, 'one'));
      wanted.push(`add ${name} one`);
      if (i % 2 === 0) {
        await resource.update({ ...made, data: { value: 'two' } });
        wanted.push(`update ${name} two`);
      }
      if (i % 5 === 0) {
        await resource.delete(name, { namespace: 'default' });
        wanted.push(`delete ${name} two`);
      }
    }
    // Some of the events are still on their way when the server goes.
    await cluster.server.close();
    cluster.client.close();
    cluster = await startTestApiserver({ storage, securePort: port });
  }
  await until(() => seen.length >= wanted.length);
  expect(seen.map((line) => line.replace(/delete (\S+) .*/, 'delete $1 two'))).toEqual(wanted);
  // Lists are requests; watches are streams.
  expect(requests).toHaveBeenCalledTimes(1);
  stop.abort();
  await running;
  await cluster.close();
  await storage[Symbol.asyncDispose]();
});

it('lets one of two candidates lead', async () => {
  const cluster = await startTestApiserver();
  const log: string[] = [];
  const stops = [new AbortController(), new AbortController()];
  const runs = stops.map((stop, i) =>
    new LeaderElector({
      client: cluster.client,
      lease: { namespace: 'default', name: 'test' },
      identity: `candidate-${i}`,
      leaseDurationMs: 2_000,
      renewDeadlineMs: 1_000,
      retryPeriodMs: 50,
      async onStartedLeading(signal) {
        log.push(`start ${i}`);
        await until(() => signal.aborted);
        log.push(`end ${i}`);
      },
      onStoppedLeading: () => undefined,
    }).run(stop.signal),
  );
  await until(() => log.length === 1);
  const first = Number(log[0]?.slice(-1));
  stops[first]?.abort();
  await until(() => log.length === 3);
  stops[1 - first]?.abort();
  await Promise.all(runs);
  expect(log).toEqual([`start ${first}`, `end ${first}`, `start ${1 - first}`, `end ${1 - first}`]);
  await cluster.close();
});

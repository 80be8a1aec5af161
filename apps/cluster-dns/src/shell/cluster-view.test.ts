import { endpointSlices, namespaces, pods, services, type Pod, type Service } from '@wherry/api';
import { RestClient } from '@wherry/client';
import { expect, it, onTestFinished, vi } from 'vitest';
import { startTestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { answer } from '../core/answer.ts';
import { ClusterIndex } from '../core/cluster-index.ts';
import { TYPE } from '../core/codes.ts';
import { slice } from '../core/made-up.ts';
import { clusterView } from './cluster-view.ts';

/** Events come when they come. */
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 20_000 });

it('answers with what an apiserver has, as it changes', async () => {
  const cluster = await startTestApiserver();
  onTestFinished(() => cluster.close());
  await using client = new RestClient(cluster.config);
  const index = new ClusterIndex(1);
  const failures: unknown[] = [];
  const view = clusterView(client, index, { withPods: true, onError: (...failure) => failures.push(failure) });
  const stop = new AbortController();
  const running = view.run(stop.signal);
  const zone = { domain: 'cluster.local', ttl: 30, pods: 'verified', ownAddresses: [] } as const;
  const ask = (name: string): unknown => {
    const labels = `${name}.cluster.local`.split('.');
    const said = answer({ labels, type: TYPE.A }, index, zone, { rotation: 0, maxRecords: 10 });
    return said.kind === 'answer'
      ? said.answers.map(({ data }) => JSON.stringify(data)).join() || said.rcode
      : said.kind;
  };
  await until(() => expect(index.synced).toBe(true));
  expect(view.hasSynced).toBe(true);
  expect(ask('ns.svc')).toBe(3);

  await cluster.client.resource(namespaces).create({ metadata: { name: 'ns' }, spec: {} });
  await until(() => expect(ask('ns.svc')).toBe(0));
  const headless = { metadata: { name: 'db', namespace: 'ns' }, spec: { clusterIP: 'None', ports: [{ port: 80 }] } };
  await cluster.client.resource(services).create(headless as Service);
  await cluster.client.resource(endpointSlices).create(slice('db', [{ ip: '10.244.0.1', hostname: 'db-0' }]));
  await until(() => expect(ask('db.ns.svc')).toBe(`"10.244.0.1"`));
  await cluster.client.resource(endpointSlices).delete('db-1', { namespace: 'ns' });
  await until(() => expect(ask('db.ns.svc')).toBe(3));
  await cluster.client.resource(services).delete('db', { namespace: 'ns' });

  const made = await cluster.client.resource(services).create({
    metadata: { name: 'web', namespace: 'ns' },
    spec: { ports: [{ port: 80 }] },
  } as Service);
  await until(() => expect(ask('web.ns.svc')).toBe(`"${made.spec?.clusterIP}"`));

  const account = { automountServiceAccountToken: false, serviceAccountName: 'default' };
  const pod = {
    metadata: { name: 'p', namespace: 'ns' },
    spec: { ...account, containers: [{ name: 'c', image: 'x' }] },
  };
  const put = await cluster.client.resource(pods).create(pod as Pod);
  expect(ask('10-244-0-9.ns.pod')).toBe(3);
  const status = { podIP: '10.244.0.9', podIPs: [{ ip: '10.244.0.9' }] };
  await cluster.client.resource(pods).updateStatus({ ...put, status });
  await until(() => expect(ask('10-244-0-9.ns.pod')).toBe(`"10.244.0.9"`));
  stop.abort();
  await running;
  expect(failures).toEqual([]);
});

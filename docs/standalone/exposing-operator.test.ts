import { AppsV1Api, CoreV1Api, DiscoveryV1Api, KubeConfig } from '@kubernetes/client-node';
import { startCluster, type Cluster } from '@wherry/standalone';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startExposing } from './exposing-operator.ts';

const namespace = 'default';
const config = new KubeConfig();
let cluster: Cluster;
let stop: () => Promise<void>;

beforeAll(async () => {
  cluster = await startCluster({ nodes: 2 });
  config.loadFromString(cluster.kubeconfigText);
  stop = await startExposing(config, namespace);
}, 30_000);
afterAll(async () => {
  await stop();
  await cluster.stop();
});

test('a Deployment that says its port is reached through a Service', async () => {
  const labels = { app: 'shop' };
  await config.makeApiClient(AppsV1Api).createNamespacedDeployment({
    namespace,
    body: {
      metadata: { name: 'shop', annotations: { 'example.com/port': '80' } },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'shop', image: 'shop:1' }] } },
      },
    },
  });
  await vi.waitFor(async () => {
    const slices = await config.makeApiClient(DiscoveryV1Api).listNamespacedEndpointSlice({
      namespace,
      labelSelector: 'kubernetes.io/service-name=shop',
    });
    const ready = slices.items.flatMap(({ endpoints }) => endpoints ?? []).filter((one) => one.conditions?.ready);
    expect(ready).toHaveLength(2);
  }, 20_000);
  const service = await config.makeApiClient(CoreV1Api).readNamespacedService({ name: 'shop', namespace });
  expect(service.metadata?.ownerReferences?.[0]?.name).toBe('shop');
});

import { configMaps, deployments, pods, type Deployment } from '@wherry/api';
import { startCluster, type Cluster } from '@wherry/standalone';
import { mebibytes, milliseconds, quantile, table } from './report.ts';

const STARTS = 15;
const REPLICAS = 3;
const NODES = 1_000;
const PODS = 10_000;
const PODS_OF_ONE = 1_000;
const TIMEOUT_MS = 600_000;
const namespace = 'default';

interface Spent {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** Since it was called: on the clock, and of this process's processor time. */
function meter(): () => Spent {
  const [startMs, start] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(start);
    return { wallMs: performance.now() - startMs, cpuMs: (user + system) / 1000 };
  };
}

/** startCluster() to the first object, and to a Deployment that is available. */
export async function standalone(): Promise<string> {
  const runs: Record<'created' | 'available' | 'stopped', Spent>[] = [];
  for (let i = 0; i <= STARTS; i++) runs.push(await once());
  const [first, ...later] = runs;
  const show = (samples: number[]): string => milliseconds(quantile(samples, 0.5));
  const row = (name: string, part: keyof (typeof runs)[number], aim: string): string[] => [
    name,
    `${milliseconds(first![part].wallMs)} / ${milliseconds(first![part].cpuMs)}`,
    `${show(later.map((run) => run[part].wallMs))} / ${show(later.map((run) => run[part].cpuMs))}`,
    aim,
  ];
  return table(
    ['startCluster({ nodes: 3 }), wall / CPU', 'first of the process', `p50 of ${STARTS} later ones`, 'aim'],
    [
      row('to the first ConfigMap', 'created', '100 ms'),
      row(`to a Deployment of ${REPLICAS} available`, 'available', '500 ms'),
      row('stop()', 'stopped', ''),
    ],
  );
}

async function once() {
  const spent = meter();
  const cluster = await startCluster({ nodes: 3 });
  await cluster.client.resource(configMaps).create({ metadata: { name: 'first', namespace } });
  const created = spent();
  await cluster.client.resource(deployments).create(deployment('web', REPLICAS));
  await available(cluster, 'web', REPLICAS);
  const reached = spent();
  const stopping = meter();
  await cluster.stop();
  return { created, available: reached, stopped: stopping() };
}

/** Many nodes and pods, all in this process: one core for the apiserver, its clients and the nodes together. */
export async function standaloneLoad(): Promise<string> {
  const starting = meter();
  await using cluster = await startCluster({ nodes: NODES });
  const started = starting();
  const running = meter();
  const names = Array.from({ length: PODS / PODS_OF_ONE }, (_, index) => `web-${index}`);
  for (const name of names) await cluster.client.resource(deployments).create(deployment(name, PODS_OF_ONE));
  await Promise.all(names.map((name) => available(cluster, name, PODS_OF_ONE)));
  const ran = running();
  const { rss } = process.memoryUsage();
  const { items } = await cluster.client.resource(pods).list({ namespace });
  const addresses = new Set(items.map(({ status }) => status?.podIP)).size;
  if (addresses !== PODS) throw new Error(`${PODS} pods have ${addresses} addresses`);
  const perSecond = ({ wallMs, cpuMs }: Spent, count: number): string[] => [
    `${Math.round((count / wallMs) * 1000)}/s`,
    `${Math.round((count / cpuMs) * 1000)}/s`,
  ];
  return table(
    ['in one process', 'by the clock', 'by CPU time', 'RSS'],
    [
      [`${NODES} simulated nodes made`, ...perSecond(started, NODES), ''],
      [`${PODS} pods of ${names.length} Deployments to available`, ...perSecond(ran, PODS), mebibytes(rss)],
    ],
  );
}

async function available(cluster: Cluster, name: string, replicas: number): Promise<void> {
  await cluster.waitFor(deployments, { name, namespace, timeoutMs: TIMEOUT_MS }, (found) => {
    return found?.status?.availableReplicas === replicas;
  });
}

function deployment(name: string, replicas: number): Deployment {
  const labels = { app: name };
  return {
    metadata: { name, namespace },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { name: '', labels }, spec: { containers: [{ name: 'c', image: 'app:1' }] } },
    },
  };
}

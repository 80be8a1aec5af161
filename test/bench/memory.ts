import { setTimeout as sleep } from 'node:timers/promises';
import { type Deployment, deployments } from '@wherry/api';
import { DAEMONS, IMAGE, cluster, rssOf } from './cluster.ts';
import { mebibytes, table } from './report.ts';

const PODS = 50;
const SETTLE_MS = 20_000;
const TIMEOUT_MS = 300_000;

/** Resident memory of each daemon with nothing to do, and with 50 pods running. */
export async function memory(): Promise<string> {
  await using client = await cluster();
  const rss = async (): Promise<number[]> => {
    await sleep(SETTLE_MS);
    return Promise.all(DAEMONS.map(rssOf));
  };
  const idle = await rss();
  const resource = client.resource(deployments);
  await resource.create(deployment());
  const deadline = Date.now() + TIMEOUT_MS;
  while (((await resource.get('bench-memory', { namespace: 'default' })).status?.readyReplicas ?? 0) < PODS) {
    if (Date.now() > deadline) throw new Error(`${PODS} pods are not ready after ${TIMEOUT_MS / 1000} s`);
    await sleep(500);
  }
  const loaded = await rss();
  await resource.delete('bench-memory', { namespace: 'default', propagationPolicy: 'Foreground' });
  return table(
    ['RSS', 'idle', `with ${PODS} pods`, 'aim'],
    DAEMONS.map((name, i) => [name, mebibytes(idle[i]!), mebibytes(loaded[i]!), 'under 90 MB']),
  );
}

function deployment(): Deployment {
  const labels = { app: 'bench-memory' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'bench-memory', namespace: 'default' },
    spec: {
      replicas: PODS,
      selector: { matchLabels: labels },
      template: {
        metadata: { name: '', labels },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [{ name: 'c', image: IMAGE, imagePullPolicy: 'Never', command: ['sleep', '3600'] }],
        },
      },
    },
  };
}

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Pod, pods } from '@wherry/api';
import type { RestClient } from '@wherry/client';
import { DAEMONS, IMAGE, cluster, rssOf } from './cluster.ts';
import { milliseconds, quantile, table } from './report.ts';

const run = promisify(execFile);
const SAMPLES = 30;
const NAMESPACE = 'default';
const COMMAND = ['sleep', '3600'];

/** A pod from its creation until the API says Running, beside two bare `docker run`s of the same images, in turns. */
export async function podStart(): Promise<string> {
  await using client = await cluster();
  const sandboxImage = await sandboxImageOf(client);
  const [podMs, bareMs]: [number[], number[]] = [[], []];
  for (let i = 0; i < SAMPLES; i++) {
    podMs.push(await timePod(client, `bench-${i}`));
    bareMs.push(await timeBare(sandboxImage));
  }
  const row = (what: string, samples: number[]): string[] => [
    what,
    milliseconds(quantile(samples, 0.5)),
    milliseconds(quantile(samples, 0.99)),
  ];
  const over = quantile(podMs, 0.5) - quantile(bareMs, 0.5);
  const rss = await Promise.all(DAEMONS.map(async (name) => `${name} ${Math.round((await rssOf(name)) / 2 ** 20)}`));
  return [
    table(
      ['', 'p50', 'p99'],
      [row('pod create -> Running, image present', podMs), row('two bare docker runs of the same images', bareMs)],
    ),
    '',
    `Difference of the medians: ${milliseconds(over)} (aim: at most 250 ms). Daemons' RSS afterwards, MiB: ${rss.join(', ')}.`,
  ].join('\n');
}

async function timePod(client: RestClient, name: string): Promise<number> {
  const resource = client.resource(pods);
  const list = await resource.list({ namespace: NAMESPACE, fieldSelector: `metadata.name=${name}` });
  const stop = new AbortController();
  const watch = resource.watch({
    namespace: NAMESPACE,
    fieldSelector: `metadata.name=${name}`,
    resourceVersion: list.metadata.resourceVersion,
    signal: stop.signal,
  });
  const running = (async (): Promise<number> => {
    for await (const event of watch) if ((event.object as Pod).status?.phase === 'Running') return performance.now();
    throw new Error(`the watch of ${name} ended`);
  })();
  const started = performance.now();
  await resource.create(podOf(name));
  const elapsed = (await running) - started;
  stop.abort();
  await resource.delete(name, { namespace: NAMESPACE, gracePeriodSeconds: 0 });
  return elapsed;
}

async function timeBare(sandboxImage: string): Promise<number> {
  const started = performance.now();
  const ids: string[] = [];
  for (const args of [[sandboxImage], ['--entrypoint', COMMAND[0]!, IMAGE, ...COMMAND.slice(1)]]) {
    ids.push((await run('docker', ['run', '-d', '--pull=never', ...args])).stdout.trim());
  }
  const elapsed = performance.now() - started;
  await run('docker', ['rm', '-f', ...ids]);
  return elapsed;
}

/** What the kubelet's own sandboxes run. */
async function sandboxImageOf(client: RestClient): Promise<string> {
  await timePod(client, 'bench-warm-up');
  const { stdout } = await run('docker', [
    'ps',
    '-a',
    '--filter',
    'label=io.kubernetes.docker.type=podsandbox',
    '--format',
    '{{.Image}}',
  ]);
  const image = stdout.split('\n')[0];
  if (!image) throw new Error('no sandbox is there to take the image of');
  return image;
}

function podOf(name: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'c', image: IMAGE, imagePullPolicy: 'Never', command: COMMAND }],
    },
  };
}

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pods, type Pod } from '@wherry/api';
import { loadKubeconfig, RestClient, type ClientConfig } from '@wherry/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, ok, run, wherry } from '../e2e/run.ts';
import { median, rounds } from './amount.ts';
import { EtcdClient } from './etcd-client.ts';
import { Follower, storeHistory } from './history.ts';
import { RestLoad } from './rest-load.ts';

/** `wherry up --control-planes 3` with pods on real Docker. */
let home: string;
let config: ClientConfig;
const inDefault = { namespace: 'default' };
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'wherry-ha-pods-'));
  await up('--control-planes=3');
  config = loadKubeconfig({ path: join(home, 'admin.kubeconfig') }).config;
});
afterAll(async () => {
  if (home === undefined || process.env['WHERRY_KEEP'] !== undefined) return;
  await command('down');
  rmSync(home, { recursive: true, force: true });
});

const command = (...args: string[]): Promise<string> =>
  ok(wherry, [...args, `--home=${home}`], { env: { HOME: home }, timeoutMs: 280_000 });
const up = (...flags: string[]): Promise<string> => command('up', ...flags);
const pidOf = (name: string): number => Number(readFileSync(join(home, 'run', `${name}.pid`), 'utf8'));

/** Asks that one first. */
function configFrom(first: number): ClientConfig {
  const { servers } = config;
  return { ...config, servers: [...servers.slice(first), ...servers.slice(0, first)] };
}

/** The process of the apiserver whose member leads. */
async function leader(): Promise<string> {
  return eventually('a leader', async () => {
    const { stdout } = await run(wherry, ['etcd', 'status', '-o', 'json', `--home=${home}`]);
    const known = JSON.parse(stdout) as { id: string; name: string; leader?: string }[];
    const found = known.find(({ id }) => known.some((member) => member.leader === id));
    return found && `apiserver${/-\d$/.exec(found.name)?.[0] ?? ''}`;
  });
}

/** What must not change when only apiservers die. */
const identity = (items: readonly Pod[]): unknown =>
  items
    .map(({ metadata, status }) => [
      metadata.name,
      metadata.uid,
      status?.podIP,
      status?.containerStatuses?.map(({ containerID, restartCount }) => [containerID, restartCount]),
    ])
    .toSorted((a, b) => String(a[0]).localeCompare(String(b[0])));

it('kills and pauses the leader’s apiserver in turns, and no pod notices', async () => {
  await using client = new RestClient(config);
  expect(config.servers).toHaveLength(3);
  const list = async () => client.resource(pods).list({ ...inDefault, labelSelector: 'app=demo' });
  await eventually('the demo runs', async () => (await list()).items.length === 3);
  const before = identity((await list()).items);

  const followers = [0, 1, 2].map((first) => new Follower(configFrom(first), pods, 'default'));
  for (const follower of followers) await follower.start();
  const from = Math.min(...followers.map(({ informer }) => Number(informer.lastResourceVersion))) + 1;
  for (const follower of followers) follower.changes.length = 0;
  const load = new RestLoad([0, 1, 2].map(configFrom));
  load.start();
  const resumed: number[] = [];
  for (let round = 0; round < rounds('pods'); round++) {
    const writesBefore = load.writes.length;
    await eventually('clients write', async () => load.writes.length > writesBefore + 20);
    const struck = await leader();
    const pauses = round % 2 === 1;
    process.kill(pidOf(struck), pauses ? 'SIGSTOP' : 'SIGKILL');
    const struckMs = performance.now();
    await eventually('clients write again', async () => load.writesSince(struckMs) > 20);
    resumed.push(load.resumedAfterMs(struckMs) ?? Number.NaN);
    if (pauses) process.kill(pidOf(struck), 'SIGCONT');
    else await up('--no-demo');
  }
  await load.stop();
  expect(load.unexpected).toEqual([]);
  expect(identity((await list()).items)).toEqual(before);

  // The loops work: what is asked for becomes so.
  await ok(wherry, ['scale', 'deployment/demo', '--replicas=4', `--kubeconfig=${join(home, 'admin.kubeconfig')}`]);
  const done = [
    'rollout',
    'status',
    'deployment/demo',
    '--timeout=90s',
    `--kubeconfig=${join(home, 'admin.kubeconfig')}`,
  ];
  await ok(wherry, done);

  const { metadata } = await client.resource(pods).list(inDefault);
  const read = (name: string): string => readFileSync(join(home, 'pki/etcd', name), 'utf8');
  const tls = { ca: read('ca.crt'), cert: read('healthcheck-client.crt'), key: read('healthcheck-client.key') };
  using etcd = new EtcdClient('127.0.0.1:2379', tls);
  const history = await storeHistory(etcd, '/registry/pods/default/', from, Number(metadata.resourceVersion));
  expect(history.length).toBeGreaterThan(0);
  for (const follower of followers) {
    await follower.reach(history.length);
    expect(follower.changes.slice(0, history.length)).toEqual(history);
    expect(follower.lists).toBe(1);
    await follower[Symbol.asyncDispose]();
  }
  console.log(
    `kill -9 and SIGSTOP of the leader's apiserver with pods running: ${resumed.length} rounds, ${load.retries} retries, writes resumed after ${median(resumed).toFixed(0)} ms (median), ${Math.max(...resumed).toFixed(0)} ms (worst)`,
  );
});

it('lets another copy work when the controller-manager or the scheduler that leads is killed', async () => {
  for (const [lease, daemon] of [
    ['kube-controller-manager', 'controller-manager'],
    ['kube-scheduler', 'scheduler'],
  ] as const) {
    const kubeconfig = `--kubeconfig=${join(home, 'admin.kubeconfig')}`;
    const holder = () =>
      ok(wherry, ['get', 'lease', lease, '-n', 'kube-system', '-o', 'jsonpath={.spec.holderIdentity}', kubeconfig]);
    const before = await holder();
    // Which copy holds it is not told: the one that goes is the one after which the holder changes.
    for (const name of [daemon, `${daemon}-2`]) {
      process.kill(pidOf(name), 'SIGKILL');
      await eventually('another one leads, or the same one still does', async () => {
        await up('--no-demo');
        return true;
      });
      if ((await holder()) !== before) break;
    }
    await eventually('the holder has changed', async () => (await holder()) !== before);
    const name = `after-${daemon}`;
    await ok(wherry, ['create', 'deployment', name, '--image=wherry/demo:1', kubeconfig]);
    const policy = '{"spec":{"template":{"spec":{"containers":[{"name":"demo","imagePullPolicy":"Never"}]}}}}';
    await ok(wherry, ['patch', 'deployment', name, '-p', policy, kubeconfig]);
    await ok(wherry, ['rollout', 'status', `deployment/${name}`, '--timeout=90s', kubeconfig]);
    await ok(wherry, ['delete', `deployment/${name}`, kubeconfig]);
  }
});

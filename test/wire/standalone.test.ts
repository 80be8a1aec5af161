import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster, type Cluster } from '@wherry/standalone';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ok } from '../e2e/run.ts';
import { oldAndNew } from './clients.ts';

/** Stock kubectl against a cluster in this process, through the kubeconfig that it writes. */
let cluster: Cluster;
let home: string;
let kubeconfig: string;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'wherry-standalone-'));
  cluster = await startCluster({ nodes: 3 });
  kubeconfig = await cluster.writeKubeconfig();
});
afterAll(async () => {
  await cluster?.stop();
  rmSync(home, { recursive: true });
});

describe.each(oldAndNew)('$name', ({ name, path }) => {
  const web = `web-${name.replaceAll(/[^0-9]/g, '')}`;
  const kubectl = (...args: string[]): Promise<string> =>
    ok(path, args, { env: { KUBECONFIG: kubeconfig, HOME: home, KUBECACHEDIR: join(home, 'cache') } });

  test('rolls a Deployment out on simulated nodes, and drains one of them', async () => {
    await kubectl('create', 'deployment', web, '--image=web:1');
    await kubectl('scale', 'deployment', web, '--replicas=3');
    expect(await kubectl('rollout', 'status', `deployment/${web}`, '--timeout=30s')).toContain(
      'successfully rolled out',
    );
    await kubectl('set', 'image', `deployment/${web}`, 'web=web:2');
    expect(await kubectl('rollout', 'status', `deployment/${web}`, '--timeout=30s')).toContain(
      'successfully rolled out',
    );
    const rows = (await kubectl('get', 'pods', '-l', `app=${web}`, '-o', 'wide', '--no-headers')).trim().split('\n');
    const running = rows.filter((row) => /\s1\/1\s+Running\s+0\s+\S+\s+10\.\d+\.\d+\.\d+\s+node-\d\s/.test(row));
    expect(running).toHaveLength(3);
    await kubectl('drain', 'node-0', '--ignore-daemonsets', '--force', '--timeout=30s');
    await kubectl('rollout', 'status', `deployment/${web}`, '--timeout=30s');
    const nodes = await kubectl('get', 'pods', '-l', `app=${web}`, '-o', 'jsonpath={.items[*].spec.nodeName}');
    expect(nodes).not.toContain('node-0');
    await kubectl('uncordon', 'node-0');
    expect(await kubectl('get', 'nodes')).toMatch(/^node-0\s+Ready\s+<none>/m);
  });

  test('waits for a pod to be gone, and is told why there are no logs', async () => {
    await kubectl('run', web, '--image=web:1', '--restart=Never');
    await kubectl('wait', '--for=condition=Ready', `pod/${web}`, '--timeout=30s');
    await expect(kubectl('logs', web)).rejects.toThrow(/the node node-\d is simulated and has no kubelet/);
    await kubectl('delete', 'pod', web, '--timeout=30s');
    expect(await kubectl('get', 'pod', web, '--ignore-not-found')).toBe('');
  });
});

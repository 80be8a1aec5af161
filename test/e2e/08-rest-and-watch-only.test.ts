import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { HOST_ADDRESS_INSIDE, tryFromInside } from './isolation.ts';
import { get } from './run.ts';
import { CONNECTIONS_FILE } from './setup.ts';
import { suiteUp } from './suite.ts';

beforeAll(async () => {
  await suiteUp();
});

/** The tests before this one ran with the daemons placed and watched as here. */
describe('the daemons talk over REST and watch only', () => {
  it('from where scheduler and controller-manager run, the apiserver alone can be reached', async () => {
    expect(await tryFromInside(HOST_ADDRESS_INSIDE, 6443)).toBe(0);
    const others = [10250, 10248, 10256, 2379];
    expect(await Promise.all(others.map((port) => tryFromInside(HOST_ADDRESS_INSIDE, port)))).toEqual(
      others.map(() => 9),
    );
  });

  it('kubelet and kube-proxy were seen with nobody but the apiserver, Docker and the pods they probe', async () => {
    const seen = JSON.parse(readFileSync(CONNECTIONS_FILE, 'utf8')) as Record<string, string[]>;
    const node = (await get<{ items: { spec: { podCIDR: string } }[] }>('nodes')).items[0]!;
    const podPrefix = `${node.spec.podCIDR.split('.').slice(0, 3).join('.')}.`;
    /** What a connection is to, or its own words when it is to none of those allowed. */
    const kind = (entry: string): string => {
      const [family, local = '', remote = ''] = entry.split(' ');
      if (family === 'unix') return local === '*' || local === 'undefined' ? 'its own child' : local;
      if (remote.endsWith(':6443')) return 'apiserver';
      if (local.endsWith(':10250') || local.endsWith(':10248') || local.endsWith(':10256') || local.endsWith(':10249'))
        return 'asked by somebody';
      if (remote.replace('[::ffff:', '').startsWith(podPrefix)) return 'pod';
      return entry;
    };
    const kinds = (name: string): string[] => [...new Set((seen[name] ?? []).map(kind))].sort();
    const dockerSocket = kinds('kubelet').find((path) => path.endsWith('/docker.sock'));
    expect(dockerSocket).toBeDefined();
    const allowed = {
      kubelet: ['apiserver', 'asked by somebody', 'its own child', 'pod', dockerSocket],
      'kube-proxy': ['apiserver', 'asked by somebody', 'its own child'],
    };
    expect(kinds('kubelet').filter((k) => !allowed.kubelet.includes(k))).toEqual([]);
    expect(kinds('kube-proxy').filter((k) => !allowed['kube-proxy'].includes(k))).toEqual([]);
    expect(kinds('kubelet')).toContain('apiserver');
    expect(kinds('kube-proxy')).toContain('apiserver');
  });
});

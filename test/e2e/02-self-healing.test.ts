import Docker from 'dockerode';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventually, get, kubectl, ok } from './run.ts';
import { suiteUp } from './suite.ts';
import { type DaemonName, daemonNames, killDaemon } from './daemons.ts';

const docker = new Docker();

interface Pod {
  metadata: { name: string; uid: string };
  status: {
    podIP: string;
    containerStatuses: { name: string; restartCount: number; ready: boolean; containerID: string }[];
  };
}

beforeAll(async () => {
  await suiteUp();
  await ok(kubectl, ['rollout', 'status', 'deployment/demo', '--timeout=60s']);
});

const pods = async (): Promise<Pod[]> =>
  (await get<{ items: Pod[] }>('pods', '-l', 'app=demo')).items.toSorted((a, b) =>
    a.metadata.name.localeCompare(b.metadata.name),
  );
const pod = (name: string): Promise<Pod> => get<Pod>('pod', name);
const idOf = (container: { containerID: string }): string => container.containerID.replace('docker://', '');
/** What must not change when only daemons die. */
const identity = (list: Pod[]): unknown =>
  list.map((p) => [
    p.metadata.uid,
    p.status.podIP,
    p.status.containerStatuses.map((c) => [c.containerID, c.restartCount]),
  ]);

async function sandboxOf(p: Pod): Promise<string> {
  const filters = { label: [`io.kubernetes.pod.uid=${p.metadata.uid}`, 'io.kubernetes.docker.type=podsandbox'] };
  return (await docker.listContainers({ filters }))[0]!.Id;
}

describe('self-healing', () => {
  it('restarts an app container that was killed, in the same pod with the same address', async () => {
    const before = (await pods())[0]!;
    await docker.getContainer(idOf(before.status.containerStatuses[0]!)).kill();
    const after = await eventually('a restarted container', async () => {
      const p = await pod(before.metadata.name);
      const status = p.status.containerStatuses[0]!;
      return status.restartCount === before.status.containerStatuses[0]!.restartCount + 1 && status.ready && p;
    });
    expect(after.metadata.uid).toBe(before.metadata.uid);
    expect(after.status.podIP).toBe(before.status.podIP);
  });

  it('replaces a pod that was deleted', async () => {
    const victim = (await pods())[0]!;
    await ok(kubectl, ['delete', 'pod', victim.metadata.name]);
    await ok(kubectl, ['rollout', 'status', 'deployment/demo', '--timeout=60s']);
    const now = await pods();
    expect(now).toHaveLength(3);
    expect(now.map((p) => p.metadata.uid)).not.toContain(victim.metadata.uid);
  });

  it('rebuilds a pod whose sandbox was killed', async () => {
    const before = (await pods())[0]!;
    const sandbox = await sandboxOf(before);
    await docker.getContainer(sandbox).kill();
    await eventually('a rebuilt pod', async () => {
      const p = await pod(before.metadata.name);
      const status = p.status.containerStatuses[0]!;
      return (
        status.ready && idOf(status) !== idOf(before.status.containerStatuses[0]!) && (await sandboxOf(p)) !== sandbox
      );
    });
    const answer = await fetch(`http://${(await pod(before.metadata.name)).status.podIP}:8080`, {
      signal: AbortSignal.timeout(5_000),
    });
    expect(await answer.text()).toContain(before.metadata.name);
  });

  describe.each([...daemonNames.map((name) => [name]), [...daemonNames]])('after kill -9 of %s %s', (...names) => {
    it('restarts no pod, loses nothing and converges', async () => {
      await ok(kubectl, ['rollout', 'status', 'deployment/demo', '--timeout=60s']);
      const before = identity(await pods());
      const marker = `marker-${Date.now()}`;
      await ok(kubectl, ['create', 'configmap', marker, '--from-literal=kept=yes']);
      for (const name of names.filter((n): n is DaemonName => typeof n === 'string')) killDaemon(name);
      await suiteUp('--no-demo');
      expect(await ok(kubectl, ['get', 'configmap', marker, '-o', 'jsonpath={.data.kept}'])).toBe('yes');
      // The loops work again: something new becomes whole, and what was there is untouched.
      await ok(kubectl, ['create', 'deployment', marker, '--image=wherry/demo:1']);
      await ok(kubectl, [
        'patch',
        'deployment',
        marker,
        '-p',
        '{"spec":{"template":{"spec":{"containers":[{"name":"demo","imagePullPolicy":"Never"}]}}}}',
      ]);
      await ok(kubectl, ['rollout', 'status', `deployment/${marker}`, '--timeout=90s']);
      await ok(kubectl, ['delete', `deployment/${marker}`, `configmap/${marker}`]);
      expect(identity(await pods())).toEqual(before);
      const clusterIp = await ok(kubectl, ['get', 'svc', 'demo', '-o', 'jsonpath={.spec.clusterIP}']);
      const answer = await fetch(`http://${clusterIp}`, { signal: AbortSignal.timeout(5_000) });
      expect(answer.status).toBe(200);
    });
  });
});

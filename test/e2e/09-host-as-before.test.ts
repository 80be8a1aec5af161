import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ForeignThings, foreignThings } from './foreign.ts';
import { endIsolation } from './isolation.ts';
import { ROOT, ok, run, up } from './run.ts';

const docker = new Docker();

beforeAll(async () => {
  await endIsolation();
  await ok(`${ROOT}scripts/down`, []);
});

/** What a cluster may touch on a host, in a form that can be compared. */
async function host(): Promise<Record<string, unknown>> {
  const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');
  const engine =
    existsSync('/var/run/docker.sock') &&
    (await docker.ping().then(
      () => true,
      () => false,
    ));
  const rules = lines(await ok('iptables-save', [])).filter((line) => !/^[#:*]|^COMMIT/.test(line));
  const chains = lines(await ok('iptables-save', [])).filter((line) => line.startsWith(':') && line.includes(' - '));
  const sysctls = [
    'ipv4/ip_forward',
    'ipv4/conf/all/route_localnet',
    'bridge/bridge-nf-call-iptables',
    'bridge/bridge-nf-call-ip6tables',
  ];
  const processes = await Promise.all(
    (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(async (pid) => commandOf(pid)),
  );
  return {
    containers: engine
      ? (await docker.listContainers({ all: true })).map((c) => `${c.Names.join()} ${c.State}`).sort()
      : 'no engine',
    images: engine ? (await docker.listImages({ all: true })).map((image) => image.Id).sort() : 'no engine',
    networks: engine ? (await docker.listNetworks()).map((network) => network.Name).sort() : 'no engine',
    links: lines(await ok('ip', ['-brief', 'link'])).map((line) => line.split(/\s+/)[0]),
    routes: lines(await ok('ip', ['route'])),
    mounts: lines(readFileSync('/proc/self/mounts', 'utf8')).map((line) => line.split(' ').slice(0, 3).join(' ')),
    rules,
    chains: chains.map((line) => line.split(' ')[0]),
    sysctls: sysctls.map((name) => [
      name,
      existsSync(`/proc/sys/net/${name}`) ? readFileSync(`/proc/sys/net/${name}`, 'utf8').trim() : 'absent',
    ]),
    processes: processes
      .filter((command) => command.includes(`${ROOT}apps/`) || /dockerd|containerd/.test(command))
      .sort(),
    kubeconfig: existsSync(`${homedir()}/.kube/config`) ? readFileSync(`${homedir()}/.kube/config`, 'utf8') : 'absent',
    places: ['/var/lib/wherry', '/etc/wherry', '/run/wherry', '/var/log/wherry'].filter((path) => existsSync(path)),
  };
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // The process has ended meanwhile: it is not there.
  }
}

describe('scripts/down', () => {
  it('leaves the host as it was, the Docker engine included', async () => {
    const before = await host();
    expect(await up()).toContain('demo answers');
    expect((await host())['places']).toHaveLength(4);
    await ok(`${ROOT}scripts/down`, []);
    expect(await host()).toEqual(before);
  });

  it('can be called where nothing runs, and says so', async () => {
    const result = await run(`${ROOT}scripts/down`, []);
    expect(result).toMatchObject({ code: 0 });
    expect(result.stderr).toContain('daemons: none running');
  });

  describe('beside another user of Docker and of iptables', () => {
    let foreign: ForeignThings;
    beforeAll(async () => {
      foreign = await foreignThings();
    });
    afterAll(() => foreign.remove());

    it('leaves their container, image, network and rules alone, and the host as it was', async () => {
      const before = await host();
      await up();
      expect(await foreign.undisturbed()).toBe(true);
      await ok(`${ROOT}scripts/down`, []);
      expect(await foreign.undisturbed()).toBe(true);
      expect(await host()).toEqual(before);
    });

    it('keeps what was stored with --keep-data', async () => {
      await up('--no-demo');
      await ok(`${ROOT}apps/wherry/bin/wherry`, ['create', 'configmap', 'kept', '--from-literal=a=1']);
      await ok(`${ROOT}scripts/down`, ['--keep-data']);
      await up('--no-demo');
      expect(await ok(`${ROOT}apps/wherry/bin/wherry`, ['get', 'configmap', 'kept', '-o', 'jsonpath={.data.a}'])).toBe(
        '1',
      );
      await ok(`${ROOT}scripts/down`, []);
    });
  });
});

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { components } from './components.ts';
import { controlPlane, memberFolder, presentControlPlanes, wantedControlPlanes } from './control-plane.ts';
import { placesOf } from './places.ts';
import { commandLine } from './processes.ts';

const settings = {
  nodeName: 'host',
  nodeIp: '192.0.2.1',
  podCidr: '10.244.0.0/16',
  serviceCidr: '10.96.0.0/16',
  dockerEndpoint: 'unix:///x',
};
const places = placesOf('/nowhere');
const of = (count: number) => components(places, { ...settings, controlPlanes: count });
const flagsOf = (args: readonly string[]) => new Map(args.map((arg) => arg.split(/=(.*)/s) as [string, string]));

it('runs one of each daemon unless told', () => {
  expect(of(1).map(({ name }) => name)).toEqual([
    'apiserver',
    'controller-manager',
    'scheduler',
    'kubelet',
    'kube-proxy',
  ]);
});

it('runs several apiservers, two of what one of works at a time, and one of what is of the node', () => {
  expect(of(3).map(({ name }) => name)).toEqual([
    'apiserver',
    'apiserver-2',
    'apiserver-3',
    'controller-manager',
    'controller-manager-2',
    'scheduler',
    'scheduler-2',
    'kubelet',
    'kube-proxy',
  ]);
  const mains = of(3).map((component) => commandLine(component)[1]!.replace(/^.*apps\//, ''));
  expect(mains.slice(0, 5)).toEqual([
    ...Array<string>(3).fill('apiserver/src/main.ts'),
    ...Array<string>(2).fill('controller-manager/src/main.ts'),
  ]);
});

it('gives each of them ports and a folder of its own', () => {
  const seen = of(3).flatMap(({ args, health }) => {
    const flags = flagsOf(args);
    return [health.url, flags.get('--data-dir'), flags.get('--etcd-listen-client-urls')].filter(Boolean);
  });
  expect(new Set(seen).size).toBe(seen.length);
  expect(controlPlane(2, 'host')).toMatchObject({ url: 'https://127.0.0.1:6445', peerUrl: 'https://127.0.0.1:2400' });
});

it('does not change the flags of an apiserver when another one comes', () => {
  for (const index of [0, 1, 2]) expect(of(7)[index]).toEqual(of(index + 1)[index]);
  const flags = flagsOf(of(3)[2]!.args);
  expect(flags.get('--etcd-initial-cluster')).toBe(
    'host=https://127.0.0.1:2380,host-2=https://127.0.0.1:2390,host-3=https://127.0.0.1:2400',
  );
  expect(flags.get('--etcd-initial-cluster-state')).toBe('existing');
});

it('keeps as many control planes as there are, and does not leave any behind', () => {
  expect([wantedControlPlanes(undefined, 0), wantedControlPlanes(undefined, 3), wantedControlPlanes(3, 1)]).toEqual([
    1, 3, 3,
  ]);
  expect(() => wantedControlPlanes(1, 3)).toThrow('there are 3 control planes here, and up takes none away');
  for (const count of [0, -1, 8, 1.5]) expect(() => wantedControlPlanes(count, 0)).toThrow('from 1 to 7');
});

it('counts the control planes by their folders', () => {
  const home = mkdtempSync(join(tmpdir(), 'wherry-places-'));
  const here = placesOf(home);
  expect(presentControlPlanes(here)).toBe(0);
  for (const index of [0, 1]) mkdirSync(memberFolder(here, controlPlane(index, '')), { recursive: true });
  expect(presentControlPlanes(here)).toBe(2);
  rmSync(home, { recursive: true });
});

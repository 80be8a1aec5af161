import { endpoints, endpointSlices, services, type Service } from '@wherry/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { refusal, service } from '../testing/objects.ts';
import { parseIpRange, pickFree, staticBand } from './ip-range.ts';

let cluster: TestApiserver;
const client = () => cluster.client.resource(services);
const inDefault = { namespace: 'default' };
beforeAll(async () => {
  cluster = await startTestApiserver({ serviceClusterIpRange: '10.9.0.0/28', serviceNodePortRange: '30000-30003' });
});
afterAll(() => cluster.close());

test('default/kubernetes has the first address and points at the server', async () => {
  expect((await client().get('kubernetes', inDefault)).spec).toMatchObject({
    clusterIP: '10.9.0.1',
    ports: [{ port: 443, targetPort: cluster.server.port }],
  });
  const addresses = await cluster.client.resource(endpoints).get('kubernetes', inDefault);
  expect(addresses.subsets).toMatchObject([
    { addresses: [{ ip: '192.0.2.1' }], ports: [{ port: cluster.server.port }] },
  ]);
  const slice = await cluster.client.resource(endpointSlices).get('kubernetes', inDefault);
  expect(slice.endpoints).toMatchObject([{ addresses: ['192.0.2.1'] }]);
});

test('a service gets an address of the range and both names for it', async () => {
  const { spec } = await client().create(service('plain'));
  expect(spec.clusterIP).toMatch(/^10\.9\.0\.\d+$/);
  expect(spec).toMatchObject({
    clusterIPs: [spec.clusterIP],
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    type: 'ClusterIP',
  });
  await client().delete('plain', inDefault);
});

test('an address that is taken, or outside the range, is refused in upstream’s words', async () => {
  const taken = await refusal(client().create(service('taken', { clusterIP: '10.9.0.1' })));
  expect(taken.code).toBe(422);
  expect(taken.message).toMatch(
    /spec\.clusterIPs: Invalid value: .*10\.9\.0\.1.*: failed to allocate IP 10\.9\.0\.1: provided IP is already allocated/,
  );
  const outside = await refusal(client().create(service('outside', { clusterIP: '192.168.0.1' })));
  expect(outside.message).toContain(
    'the provided IP (192.168.0.1) is not in the valid range. The range of valid IPs is 10.9.0.0/28',
  );
});

test('of many asking for one address only one gets it', async () => {
  const made = await Promise.allSettled(
    Array.from({ length: 8 }, (_, i) => client().create(service(`race-${i}`, { clusterIP: '10.9.0.5' }))),
  );
  const winners = made.filter((outcome) => outcome.status === 'fulfilled');
  expect(winners).toHaveLength(1);
  for (const { value } of winners) await client().delete((value as Service).metadata.name, inDefault);
  const next = await client().create(service('race-next', { clusterIP: '10.9.0.5' }));
  expect(next.spec.clusterIP).toBe('10.9.0.5');
  await client().delete('race-next', inDefault);
});

test('the range can be used up, and what is deleted comes back', async () => {
  const made = await Promise.allSettled(Array.from({ length: 20 }, (_, i) => client().create(service(`full-${i}`))));
  const got = made.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  // 14 usable addresses, of which default/kubernetes has one.
  expect(got).toHaveLength(13);
  expect(new Set(got.map(({ spec }) => spec.clusterIP)).size).toBe(13);
  const failed = made.find((outcome) => outcome.status === 'rejected');
  expect(String(failed?.reason)).toContain('failed to allocate a serviceIP: range is full');
  await client().delete(got[0]!.metadata.name, inDefault);
  expect((await client().create(service('again'))).spec.clusterIP).toBe(got[0]!.spec.clusterIP);
  await client().delete('again', inDefault);
  for (const { metadata } of got.slice(1)) await client().delete(metadata.name, inDefault);
});

describe('node ports', () => {
  test('come from the range, one for two protocols of a port', async () => {
    const ports = [
      { name: 'a', port: 53, protocol: 'TCP' },
      { name: 'b', port: 53, protocol: 'UDP' },
      { name: 'c', port: 80, protocol: 'TCP' },
    ];
    const { spec } = await client().create(service('np', { type: 'NodePort', ports }));
    const given = spec.ports!.map(({ nodePort }) => nodePort!);
    expect(given[0]).toBe(given[1]);
    expect(given[2]).not.toBe(given[0]);
    for (const port of given) expect(port >= 30_000 && port <= 30_003).toBe(true);
  });

  test('are kept by an update that does not name them, and given back with the type', async () => {
    const before = await client().get('np', inDefault);
    const ports = before.spec.ports!.map(({ nodePort: _nodePort, ...port }) => port);
    const kept = await client().update({
      ...before,
      spec: { ...before.spec, clusterIP: undefined, clusterIPs: undefined, ports },
    });
    expect(kept.spec.ports).toEqual(before.spec.ports);
    expect(kept.spec.clusterIP).toBe(before.spec.clusterIP);
    const plain = await client().update({ ...kept, spec: { ...kept.spec, type: 'ClusterIP' } });
    expect(plain.spec.ports?.every(({ nodePort }) => nodePort === undefined)).toBe(true);
    const reused = await client().create(
      service('np2', { type: 'NodePort', ports: [{ port: 1, nodePort: before.spec.ports![0]!.nodePort }] }),
    );
    const error = await refusal(
      client().create(
        service('np3', { type: 'NodePort', ports: [{ port: 1, nodePort: reused.spec.ports![0]!.nodePort }] }),
      ),
    );
    expect(error.message).toContain(
      `spec.ports[0].nodePort: Invalid value: ${reused.spec.ports![0]!.nodePort}: provided port is already allocated`,
    );
    const outside = await refusal(
      client().create(service('np4', { type: 'NodePort', ports: [{ port: 1, nodePort: 80 }] })),
    );
    expect(outside.message).toContain(
      'provided port is not in the valid range. The range of valid ports is 30000-30003',
    );
  });
});

test('a headless service has no address', async () => {
  const { spec } = await client().create(service('headless', { clusterIP: 'None' }));
  expect(spec).toMatchObject({ clusterIP: 'None', clusterIPs: ['None'] });
});

test('pickFree prefers the upper band, finds the last free number, and says when there is none', () => {
  const range = parseIpRange('10.96.0.0/16');
  expect(range).toEqual({ cidr: '10.96.0.0/16', base: 0x0a600000, size: 65_534 });
  expect(staticBand(range.size)).toBe(256);
  expect(pickFree(100, 16, () => false, 0)).toBe(17);
  expect(pickFree(100, 16, (offset) => offset !== 3, 0.9)).toBe(3);
  expect(pickFree(100, 16, () => true, 0.5)).toBeUndefined();
});

test('a service that stops being a name outside gets an address', async () => {
  await client().create({ ...service('outside'), spec: { type: 'ExternalName', externalName: 'example.com' } });
  const spec = { type: 'ClusterIP', externalName: null, ports: [{ port: 80 }] };
  const patched = await client().patch('outside', { spec }, { ...inDefault, type: 'merge' });
  expect(patched.spec.clusterIP).toMatch(/^10\.9\.0\.\d+$/);
  expect(patched.spec.clusterIPs).toEqual([patched.spec.clusterIP]);
  await client().delete('outside', inDefault);
});

import { expect, test } from 'vitest';
import { podNames } from '../pod/hostname.ts';
import { hostNetworkHosts, hostsFile } from './pod-files.ts';
import { parseResolvConf, podResolver, type ResolverInput } from './resolv-conf.ts';

const input: ResolverInput = {
  clusterDns: ['10.96.0.10'],
  clusterDomain: 'cluster.local',
  hostResolvConf: 'search lan\nnameserver 192.0.2.53\noptions timeout:1\n',
};
const spec = { containers: [] };
const pod = { metadata: { name: 'p', namespace: 'ns', uid: 'u' }, spec };
const ofCluster =
  'search ns.svc.cluster.local svc.cluster.local cluster.local lan\nnameserver 10.96.0.10\noptions ndots:5\n';
const ofHost = 'search lan\nnameserver 192.0.2.53\noptions timeout:1\n';
const resolverOf = (more: object, how: Partial<ResolverInput> = {}) =>
  podResolver({ ...pod, spec: { ...spec, ...more } }, { ...input, ...how });

test.each([
  ['ClusterFirst', false, ofCluster],
  ['ClusterFirst', true, ofHost],
  ['ClusterFirstWithHostNet', true, ofCluster],
  ['ClusterFirstWithHostNet', false, ofCluster],
  ['Default', false, ofHost],
  ['None', false, ''],
  [undefined, false, ofCluster],
])('dnsPolicy %s (on the host’s network: %s)', (dnsPolicy, hostNetwork, text) => {
  expect(resolverOf({ dnsPolicy, hostNetwork })).toEqual({ text, warnings: [] });
});

test('a node without a cluster DNS gives pods the host’s, and says so', () => {
  const { text, warnings } = resolverOf({}, { clusterDns: [] });
  expect(text).toBe(ofHost);
  expect(warnings).toEqual([
    {
      reason: 'MissingClusterDNS',
      message:
        'pod: "p_ns(u)". kubelet does not have ClusterDNS IP configured and cannot create Pod using "ClusterFirst" policy. Falling back to "Default" policy.',
    },
  ]);
});

test('a node without a resolv.conf leaves nobody to ask but the pod itself', () => {
  expect(resolverOf({ dnsPolicy: 'Default' }, { hostResolvConf: undefined }).text).toBe(
    'search .\nnameserver 127.0.0.1\n',
  );
  expect(resolverOf({}, { hostResolvConf: undefined }).text).toBe(ofCluster.replace(' lan', ''));
});

test('dnsConfig is added: servers and domains at the end, options of the same name instead', () => {
  const dnsConfig = {
    nameservers: ['10.96.0.10', '9.9.9.9'],
    searches: ['svc.cluster.local', 'example.com'],
    options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }, { name: 'rotate', value: '' }],
  };
  expect(resolverOf({ dnsConfig }).text).toBe(
    [
      'search ns.svc.cluster.local svc.cluster.local cluster.local lan example.com',
      'nameserver 10.96.0.10',
      'nameserver 9.9.9.9',
      'options ndots:2 edns0 rotate',
      '',
    ].join('\n'),
  );
  expect(resolverOf({ dnsPolicy: 'None', dnsConfig: { nameservers: ['9.9.9.9'] } }).text).toBe('nameserver 9.9.9.9\n');
});

test('no more than three servers are kept, and the rest is told', () => {
  const { text, warnings } = resolverOf({ dnsConfig: { nameservers: ['1.1.1.1', '2.2.2.2', '3.3.3.3'] } });
  expect(text.match(/nameserver/g)).toHaveLength(3);
  expect(warnings).toEqual([
    {
      reason: 'DNSConfigForming',
      message:
        'Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: 10.96.0.10 1.1.1.1 2.2.2.2',
    },
  ]);
});

test('no more than 32 search domains of 2048 characters in all are kept, and none longer than a name', () => {
  const searchesOf = (searches: string[]) => {
    const { text, warnings } = resolverOf({ dnsConfig: { searches } });
    return { kept: text.split('\n')[0]!.split(' ').slice(1), told: warnings.length };
  };
  expect(searchesOf(Array.from({ length: 40 }, (_, n) => `d${n}`))).toMatchObject({ kept: { length: 32 }, told: 1 });
  const long = searchesOf(Array.from({ length: 20 }, (_, n) => `${String(n).padStart(2, '0')}${'x'.repeat(198)}`));
  expect(long).toMatchObject({ kept: { length: 13 }, told: 1 });
  expect(long.kept.join(' ').length).toBeLessThanOrEqual(2_048);
  expect(searchesOf(['y'.repeat(254), 'ok'])).toMatchObject({
    kept: ['ns.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'lan', 'ok'],
    told: 1,
  });
  expect(searchesOf(['ok']).told).toBe(0);
});

test('comments, tabs and last dots of resolv.conf are read as upstream does', () => {
  expect(parseResolvConf('# x\nnameserver\t1.1.1.1\n;y\nsearch old\nsearch a. b .\n')).toEqual({
    nameservers: ['1.1.1.1'],
    searches: ['a', 'b', '.'],
    options: [],
  });
});

const namesOf = (more: object) => podNames({ ...pod, spec: { ...spec, ...more } }, 'cluster.local');

test('a pod is called by its name, its hostname, or what overrides both', () => {
  expect(namesOf({})).toEqual({ hostname: 'p', domain: '', kernelHostname: 'p' });
  expect(namesOf({ hostname: 'web-0', subdomain: 'web' })).toEqual({
    hostname: 'web-0',
    domain: 'web.ns.svc.cluster.local',
    kernelHostname: 'web-0',
  });
  expect(namesOf({ hostnameOverride: 'a.example', subdomain: 'web' })).toEqual({
    hostname: 'a.example',
    domain: '',
    kernelHostname: 'a.example',
  });
  const name = `${'x'.repeat(62)}-yz`;
  expect(podNames({ ...pod, metadata: { ...pod.metadata, name } }, 'cluster.local').hostname).toBe('x'.repeat(62));
});

test('setHostnameAsFQDN makes the full name the kernel’s, if it fits', () => {
  expect(namesOf({ setHostnameAsFQDN: true, subdomain: 'web' }).kernelHostname).toBe('p.web.ns.svc.cluster.local');
  expect(namesOf({ setHostnameAsFQDN: true }).kernelHostname).toBe('p');
  expect(() => namesOf({ setHostnameAsFQDN: true, subdomain: 'w'.repeat(42) })).toThrow(
    `FQDN p.${'w'.repeat(42)}.ns.svc.cluster.local is too long (64 characters is the max, 65 characters requested)`,
  );
});

test('/etc/hosts has the pod’s full name before the short one, and its aliases', () => {
  const hostAliases = [{ ip: '1.2.3.4', hostnames: ['a', 'b'] }];
  const withAliases = { ...pod, spec: { ...spec, hostAliases } };
  const hosts = hostsFile(withAliases, '10.244.0.5', namesOf({ subdomain: 'web' }));
  expect(hosts).toContain('\n10.244.0.5\tp.web.ns.svc.cluster.local\tp\n');
  expect(hosts).toContain('\n# Entries added by HostAliases.\n1.2.3.4\ta\tb\n');
  expect(hostsFile(pod, '10.244.0.5', namesOf({}))).toMatch(/\n10\.244\.0\.5\tp\n$/);
  expect(hostNetworkHosts(withAliases, '127.0.0.1 localhost\n')).toContain('localhost\n\n# Entries added');
});

import { describe, expect, it } from 'vitest';
import { answer, type Answer } from './answer.ts';
import { TYPE } from './codes.ts';
import { madeUpCluster, namespace, port, service, slice } from './made-up.ts';
import type { ZoneConfig } from './zone.ts';

const zone: ZoneConfig = { domain: 'cluster.local', ttl: 30, pods: 'insecure', ownAddresses: ['10.244.0.9'] };
const limits = { rotation: 0, maxRecords: 100 };
const cluster = madeUpCluster();

/** `type data` of each record, or how else it ended. */
function ask(name: string, type: keyof typeof TYPE = 'A', more: Partial<ZoneConfig> = {}, index = cluster): unknown {
  return shown(answer({ labels: name.split('.'), type: TYPE[type] }, index, { ...zone, ...more }, limits));
}
function shown(said: Answer): unknown {
  if (said.kind === 'forward') return 'forward';
  if (said.kind === 'alias') return `alias ${said.target}`;
  if (said.answers.length > 0)
    return said.answers.map(({ type, data }) => `${type} ${typeof data === 'string' ? data : JSON.stringify(data)}`);
  const soa = said.authorities.map(({ type }) => type).join();
  return [...(said.rcode === 0 ? ['no data'] : [`rcode ${said.rcode}`]), ...(soa === '' ? [] : [soa])].join(' ');
}
const nxdomain = 'rcode 3 SOA';
const nodata = 'no data SOA';

describe('a Service with a cluster IP', () => {
  it('has an address of each family', () => {
    expect(ask('web.ns.svc.cluster.local')).toEqual(['A 10.96.0.1']);
    expect(ask('web.ns.svc.cluster.local', 'AAAA')).toEqual(['AAAA fd00::1']);
  });
  it('has SRV records of its ports, which say its own name, and its addresses besides', () => {
    const said = answer(
      { labels: '_http._tcp.web.ns.svc.cluster.local'.split('.'), type: TYPE.SRV },
      cluster,
      zone,
      limits,
    );
    expect(said).toMatchObject({
      answers: [
        {
          name: '_http._tcp.web.ns.svc.cluster.local',
          ttl: 30,
          data: { priority: 0, weight: 100, port: 80, target: 'web.ns.svc.cluster.local' },
        },
      ],
      additionals: [
        { name: 'web.ns.svc.cluster.local', data: '10.96.0.1' },
        { type: 'AAAA', data: 'fd00::1' },
      ],
    });
    expect(ask('web.ns.svc.cluster.local', 'SRV')).toHaveLength(2);
    expect(ask('_dns._tcp.web.ns.svc.cluster.local', 'SRV')).toBe(nxdomain);
    expect(ask('_tcp.web.ns.svc.cluster.local', 'SRV')).toBe(nodata);
    expect(ask('_sctp.web.ns.svc.cluster.local', 'SRV')).toBe(nxdomain);
  });
  it('is found by its addresses', () => {
    expect(ask('1.0.96.10.in-addr.arpa', 'PTR')).toEqual(['PTR web.ns.svc.cluster.local']);
    const v6 = `1.${'0.'.repeat(27)}0.0.d.f.ip6.arpa`;
    expect(ask(v6, 'PTR')).toEqual(['PTR web.ns.svc.cluster.local']);
  });
  it('has its endpoints below it, by their addresses', () => {
    expect(ask('10-244-0-9.web.ns.svc.cluster.local')).toEqual(['A 10.244.0.9']);
  });
});

describe('a headless Service', () => {
  it('has the addresses of all ready endpoints', () => {
    expect(ask('db.ns.svc.cluster.local')).toEqual(['A 10.244.0.1', 'A 10.244.0.2']);
    expect(ask('db.ns.svc.cluster.local', 'AAAA')).toEqual(['AAAA 2001:db8::1']);
    expect(ask('bare.ns.svc.cluster.local')).toEqual(['A 10.244.0.7']);
  });
  it('has each endpoint by its hostname, or by its address where it has none', () => {
    expect(ask('db-0.db.ns.svc.cluster.local')).toEqual(['A 10.244.0.1']);
    expect(ask('db-0.db.ns.svc.cluster.local', 'AAAA')).toEqual(['AAAA 2001:db8::1']);
    expect(ask('10-244-0-2.db.ns.svc.cluster.local')).toEqual(['A 10.244.0.2']);
    expect(ask('10-244-0-2.db.ns.svc.cluster.local', 'AAAA')).toBe(nodata);
    expect(ask('10-244-0-1.db.ns.svc.cluster.local')).toBe(nxdomain);
    expect(ask('10-244-0-3.db.ns.svc.cluster.local')).toBe(nxdomain);
  });
  it('has an SRV record for each endpoint and port, with their addresses besides', () => {
    const said = answer(
      { labels: '_http._tcp.db.ns.svc.cluster.local'.split('.'), type: TYPE.SRV },
      cluster,
      zone,
      limits,
    );
    expect(said).toMatchObject({
      answers: [
        { data: { weight: 50, port: 8080, target: 'db-0.db.ns.svc.cluster.local' } },
        { data: { weight: 50, port: 8080, target: '10-244-0-2.db.ns.svc.cluster.local' } },
      ],
      additionals: [
        { name: 'db-0.db.ns.svc.cluster.local', data: '10.244.0.1' },
        { name: '10-244-0-2.db.ns.svc.cluster.local', data: '10.244.0.2' },
        { name: 'db-0.db.ns.svc.cluster.local', data: '2001:db8::1' },
      ],
    });
    expect(ask('_http._tcp.bare.ns.svc.cluster.local', 'SRV')).toBe(nxdomain);
    expect(ask('bare.ns.svc.cluster.local', 'SRV')).toBe(nodata);
  });
  it('does not exist while it has no ready endpoint', () => {
    expect(ask('nobody.ns.svc.cluster.local')).toBe(nxdomain);
  });
  it('gives a PTR to endpoints with a hostname, and leaves the others to those who know them', () => {
    expect(ask('1.0.244.10.in-addr.arpa', 'PTR')).toEqual(['PTR db-0.db.ns.svc.cluster.local']);
    expect(ask('2.0.244.10.in-addr.arpa', 'PTR')).toBe('forward');
  });
  it('begins its addresses at a place of chance, and gives no more than can be sent', () => {
    const index = madeUpCluster();
    index.setSlice(
      slice(
        'db',
        Array.from({ length: 1_000 }, (_, n) => ({ ip: `10.1.${n >> 8}.${n & 255}` })),
      ),
    );
    const said = answer({ labels: 'db.ns.svc.cluster.local'.split('.'), type: TYPE.A }, index, zone, {
      rotation: 2_998,
      maxRecords: 4,
    });
    expect(shown(said)).toEqual(['A 10.1.3.230', 'A 10.1.3.231', 'A 10.1.0.0', 'A 10.1.0.1']);
  });
});

describe('an ExternalName Service', () => {
  it('is an alias of a name elsewhere', () => {
    expect(ask('out.ns.svc.cluster.local')).toBe('alias www.example.com');
    expect(ask('out.ns.svc.cluster.local', 'CNAME')).toEqual(['CNAME www.example.com']);
    expect(ask('out.ns.svc.cluster.local', 'SRV')).toBe(nodata);
    expect(ask('x.out.ns.svc.cluster.local')).toBe(nxdomain);
  });
  it('is followed to a name of the cluster', () => {
    expect(ask('in.ns.svc.cluster.local')).toEqual(['CNAME web.ns.svc.cluster.local', 'A 10.96.0.1']);
  });
  it('fails when it goes in circles', () => {
    expect(ask('round.ns.svc.cluster.local')).toBe('rcode 2');
  });
});

describe('names of pods', () => {
  it('are their addresses, whoever has them', () => {
    expect(ask('1-2-3-4.ns.pod.cluster.local')).toEqual(['A 1.2.3.4']);
    expect(ask('2001-db8--5.ns.pod.cluster.local', 'AAAA')).toEqual(['AAAA 2001:db8::5']);
    expect(ask('1-2-3-4.ns.pod.cluster.local', 'AAAA')).toBe(nodata);
    expect(ask('1-2-3-400.ns.pod.cluster.local')).toBe(nxdomain);
    expect(ask('1-2-3-4.other.pod.cluster.local')).toBe(nxdomain);
    expect(ask('x.1-2-3-4.ns.pod.cluster.local')).toBe(nxdomain);
  });
  it('are only those that there are, where they are verified', () => {
    expect(ask('10-244-0-1.ns.pod.cluster.local', 'A', { pods: 'verified' })).toEqual(['A 10.244.0.1']);
    expect(ask('1-2-3-4.ns.pod.cluster.local', 'A', { pods: 'verified' })).toBe(nxdomain);
    expect(ask('10-244-0-1.ns.pod.cluster.local', 'A', { pods: 'disabled' })).toBe(nxdomain);
  });
});

describe('the zone', () => {
  it.each(['cluster.local', 'svc.cluster.local', 'pod.cluster.local', 'ns.svc.cluster.local', 'ns.pod.cluster.local'])(
    'has names below %s, and so it exists',
    (name) => {
      expect(ask(name)).toBe(nodata);
    },
  );
  it.each([
    'nothing.cluster.local',
    'web.other.svc.cluster.local',
    'other.svc.cluster.local',
    'a.b.c.web.ns.svc.cluster.local',
    '*.ns.svc.cluster.local',
    'web.*.svc.cluster.local',
  ])('does not have %s', (name) => {
    expect(ask(name)).toBe(nxdomain);
    expect(ask(name, 'ANY')).toBe(nxdomain);
    expect(ask(name, 'TXT')).toBe(nxdomain);
  });
  it('says its version', () => {
    expect(ask('dns-version.cluster.local', 'TXT')).toEqual(['TXT ["1.1.0"]']);
    expect(ask('dns-version.cluster.local')).toBe(nodata);
  });
  it('names its servers: the Services they are behind, or themselves', () => {
    expect(ask('cluster.local', 'NS')).toEqual(['NS web.ns.svc.cluster.local']);
    expect(ask('cluster.local', 'NS', { ownAddresses: ['10.9.9.9'] })).toEqual(['NS ns.dns.cluster.local']);
    expect(ask('ns.dns.cluster.local', 'A', { ownAddresses: ['10.9.9.9'] })).toEqual(['A 10.9.9.9']);
  });
  it('has an SOA record, whose serial grows', () => {
    const index = madeUpCluster();
    const serial = (): number =>
      (
        answer({ labels: ['cluster', 'local'], type: TYPE.SOA }, index, zone, limits) as unknown as {
          answers: { data: { serial: number } }[];
        }
      ).answers[0]!.data.serial;
    const before = serial();
    index.setNamespace(namespace('more'));
    expect(serial()).toBe(before + 1);
  });
  it('does not list everything: ANY gets little, a transfer nothing', () => {
    expect(ask('web.ns.svc.cluster.local', 'ANY')).toEqual(['HINFO {"cpu":"RFC8482","os":""}']);
    expect(ask('out.ns.svc.cluster.local', 'ANY')).toEqual(['HINFO {"cpu":"RFC8482","os":""}']);
    expect(ask('cluster.local', 'AXFR')).toBe('rcode 5');
    expect(ask('example.com', 'AXFR')).toBe('rcode 5');
  });
  it('knows nothing about other names', () => {
    expect(ask('example.com')).toBe('forward');
    expect(ask('local')).toBe('forward');
    expect(ask('xcluster.local')).toBe('forward');
    expect(ask('4.3.2.1.in-addr.arpa', 'PTR')).toBe('forward');
    expect(ask('2.1.in-addr.arpa', 'PTR')).toBe('forward');
    expect(ask('1.0.96.10.in-addr.arpa', 'A')).toBe('forward');
  });
  it('denies nothing before it has seen everything', () => {
    const index = madeUpCluster();
    index.synced = false;
    expect(ask('web.ns.svc.cluster.local', 'A', {}, index)).toEqual(['A 10.96.0.1']);
    expect(ask('nothing.ns.svc.cluster.local', 'A', {}, index)).toBe('rcode 2');
  });
});

describe('what changes', () => {
  it('is forgotten under the old name and address', () => {
    const index = madeUpCluster();
    index.setService(service('web', { clusterIP: '10.96.0.2', ports: [port('http', 80)] }));
    index.setService(service('new', { clusterIP: '10.96.0.1', ports: [] }));
    expect(ask('1.0.96.10.in-addr.arpa', 'PTR', {}, index)).toEqual(['PTR new.ns.svc.cluster.local']);
    index.removeService(service('new', {}));
    expect(ask('1.0.96.10.in-addr.arpa', 'PTR', {}, index)).toBe('forward');
    index.setSlice(slice('other', [{ ip: '10.244.0.1', hostname: 'db-0' }], undefined, 'db-1'));
    expect(ask('db.ns.svc.cluster.local', 'A', {}, index)).toBe(nodata);
    index.removeSlice(slice('db', [], undefined, 'db-6'));
    expect(ask('db.ns.svc.cluster.local', 'A', {}, index)).toBe(nxdomain);
    expect(ask('1.0.244.10.in-addr.arpa', 'PTR', {}, index)).toEqual(['PTR db-0.other.ns.svc.cluster.local']);
    index.removeNamespace(namespace('ns'));
    expect(ask('ns.svc.cluster.local', 'A', {}, index)).toBe(nxdomain);
  });
  it('joins the ports of an endpoint that is in two slices', () => {
    const index = madeUpCluster();
    index.setSlice(slice('db', [{ ip: '10.244.0.1', hostname: 'db-0' }], [port('admin', 9090)], 'db-2'));
    expect(ask('db-0.db.ns.svc.cluster.local', 'SRV', {}, index)).toHaveLength(2);
    expect(ask('_admin._tcp.db.ns.svc.cluster.local', 'SRV', {}, index)).toHaveLength(1);
    expect(ask('db.ns.svc.cluster.local', 'A', {}, index)).toEqual(['A 10.244.0.1', 'A 10.244.0.2']);
  });
});

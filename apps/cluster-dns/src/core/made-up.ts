import type { EndpointSlice, Namespace, Pod, Service } from '@wherry/api';
import { decode, encode, type DecodedPacket, type Packet } from 'dns-packet';
import { ClusterIndex } from './cluster-index.ts';

/** Test support: a cluster that never was, and messages as another implementation writes and reads them. */
type Spec = Partial<NonNullable<Service['spec']>>;
export const namespace = (name: string): Namespace => ({ metadata: { name } }) as Namespace;
export const service = (name: string, spec: Spec): Service =>
  ({ metadata: { name, namespace: 'ns' }, spec }) as unknown as Service;

export interface EndpointParts {
  readonly ip: string;
  readonly hostname?: string;
  readonly ready?: boolean;
}
export const port = (name: string, number: number, protocol = 'TCP') => ({ name, port: number, protocol });

export function slice(
  of: string,
  endpoints: readonly EndpointParts[],
  ports: readonly object[] = [port('http', 8080)],
  name = `${of}-1`,
): EndpointSlice {
  return {
    metadata: { name, namespace: 'ns', labels: { 'kubernetes.io/service-name': of } },
    addressType: endpoints[0]?.ip.includes(':') ? 'IPv6' : 'IPv4',
    endpoints: endpoints.map(({ ip, hostname, ready }) => ({ addresses: [ip], hostname, conditions: { ready } })),
    ports,
  } as unknown as EndpointSlice;
}
export const pod = (name: string, ip: string): Pod =>
  ({ metadata: { name, namespace: 'ns' }, spec: { containers: [] }, status: { podIPs: [{ ip }] } }) as Pod;

export function madeUpCluster(): ClusterIndex {
  const index = new ClusterIndex(1);
  index.setNamespace(namespace('ns'));
  index.setService(
    service('web', {
      clusterIP: '10.96.0.1',
      clusterIPs: ['10.96.0.1', 'fd00::1'],
      ports: [port('http', 80), port('dns', 53, 'UDP')],
    }),
  );
  index.setSlice(slice('web', [{ ip: '10.244.0.9' }]));
  index.setService(service('db', { clusterIP: 'None' }));
  index.setSlice(
    slice('db', [{ ip: '10.244.0.1', hostname: 'db-0' }, { ip: '10.244.0.2' }, { ip: '10.244.0.3', ready: false }]),
  );
  index.setSlice(slice('db', [{ ip: '2001:db8:0::1', hostname: 'db-0' }], undefined, 'db-6'));
  index.setService(service('bare', { clusterIP: 'None' }));
  index.setSlice(slice('bare', [{ ip: '10.244.0.7' }], []));
  index.setService(service('nobody', { clusterIP: 'None' }));
  index.setService(service('out', { type: 'ExternalName', externalName: 'www.example.com' }));
  index.setService(service('in', { type: 'ExternalName', externalName: 'web.ns.svc.cluster.local' }));
  index.setService(service('round', { type: 'ExternalName', externalName: 'round.ns.svc.cluster.local' }));
  index.setPod(pod('p', '10.244.0.1'));
  index.synced = true;
  return index;
}

export function query(name: string, type: string, more: Partial<Packet> = {}): Buffer {
  const questions = [{ name, type: type as 'A', class: 'IN' as const }];
  return encode({ id: 7, type: 'query', flags: 0x100, questions, ...more });
}

export const opt = (size: number): Pick<Packet, 'additionals'> => ({
  additionals: [
    {
      type: 'OPT',
      name: '.',
      udpPayloadSize: size,
      flags: 0,
      extendedRcode: 0,
      ednsVersion: 0,
      flag_do: false,
      options: [],
    },
  ],
});

/** `name TTL TYPE data` of each record, and what else counts of a message. */
export function shown(bytes: Buffer): {
  rcode: string;
  answers: string[];
  authorities: string[];
  additionals: string[];
  aa: boolean;
  tc: boolean;
} {
  const packet = decode(bytes) as DecodedPacket & { rcode: string };
  const lines = (records: Packet['answers']): string[] =>
    (records ?? []).map((one) => {
      if (one.type === 'OPT') return 'OPT';
      const { data } = one as { data: unknown };
      if (one.type === 'SRV') {
        const {
          priority,
          weight,
          port: number,
          target,
        } = one.data as { priority: number; weight: number; port: number; target: string };
        return `${one.name} ${(one as { ttl: number }).ttl} SRV ${priority} ${weight} ${number} ${target}`;
      }
      if (one.type === 'SOA') return `${one.name} ${one.ttl} SOA ${one.data.mname} ${one.data.minimum}`;
      if (one.type === 'HINFO') return `${one.name} HINFO ${(data as { cpu: string }).cpu}`;
      return `${one.name} ${(one as { ttl: number }).ttl} ${one.type} ${String(data)}`;
    });
  return {
    rcode: packet.rcode,
    answers: lines(packet.answers),
    authorities: lines(packet.authorities),
    additionals: lines(packet.additionals),
    aa: packet.flag_aa,
    tc: packet.flag_tc,
  };
}

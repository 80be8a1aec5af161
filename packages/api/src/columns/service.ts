import { formatLabels } from '@wherry/apimachinery';
import type { Service } from '../core/service.ts';
import type { Column } from '../resource.ts';
import { ageColumn, nameColumn } from './age.ts';

export const serviceColumns: readonly Column<Service>[] = [
  nameColumn,
  {
    name: 'Type',
    type: 'string',
    description: 'How it is reached: ClusterIP, NodePort, LoadBalancer or ExternalName.',
    priority: 0,
    cell: (service) => service.spec.type ?? '',
  },
  {
    name: 'Cluster-IP',
    type: 'string',
    description: 'Its address inside the cluster.',
    priority: 0,
    cell: (service) => service.spec.clusterIPs?.[0] || service.spec.clusterIP || '<none>',
  },
  {
    name: 'External-IP',
    type: 'string',
    description: 'Its addresses for the outside.',
    priority: 0,
    cell: externalIp,
  },
  {
    name: 'Port(s)',
    type: 'string',
    description: 'Its ports, and the node ports they have.',
    priority: 0,
    cell: ports,
  },
  ageColumn,
  {
    name: 'Selector',
    type: 'string',
    description: 'Which pods it sends to.',
    priority: 1,
    cell: (service) => formatLabels(service.spec.selector),
  },
];

function externalIp(service: Service): string {
  const external = service.spec.externalIPs ?? [];
  switch (service.spec.type) {
    case 'LoadBalancer': {
      const all = [...balancerAddresses(service), ...external];
      return all.length > 0 ? all.join(',') : '<pending>';
    }
    case 'ExternalName':
      return service.spec.externalName ?? '';
    case 'ClusterIP':
    case 'NodePort':
      return external.length > 0 ? external.join(',') : '<none>';
    default:
      return '<unknown>';
  }
}

function balancerAddresses(service: Service): string[] {
  const ingress = service.status?.loadBalancer?.ingress ?? [];
  const texts = ingress.map((item) => item.ip || item.hostname || '').filter((text) => text !== '');
  return [...new Set(texts)].toSorted();
}

function ports(service: Service): string {
  const texts = (service.spec.ports ?? []).map(({ port, nodePort, protocol }) =>
    nodePort === undefined || nodePort === 0 ? `${port}/${protocol}` : `${port}:${nodePort}/${protocol}`,
  );
  return texts.length === 0 ? '<none>' : texts.join(',');
}

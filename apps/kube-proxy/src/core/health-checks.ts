import { isIPv4 } from 'node:net';
import type { ServiceView } from './rule-set.ts';

/** What a load balancer may ask this node about one Service: whether to send it traffic. */
export interface HealthCheck {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
  /** Ready endpoints of the Service on this node. */
  readonly localEndpoints: number;
}

/** Of Services whose balancer must choose among the nodes (externalTrafficPolicy Local), sorted by port. */
export function healthChecks(views: readonly ServiceView[], nodeName: string): HealthCheck[] {
  return views
    .flatMap(({ service, slices }) => {
      const { type, externalTrafficPolicy, healthCheckNodePort } = service.spec ?? {};
      if (type !== 'LoadBalancer' || externalTrafficPolicy !== 'Local' || !healthCheckNodePort) return [];
      const local = slices
        .filter(({ addressType }) => addressType === 'IPv4')
        .flatMap(({ endpoints }) => endpoints ?? [])
        .filter((endpoint) => endpoint.nodeName === nodeName && (endpoint.conditions?.ready ?? true))
        .flatMap(({ addresses }) => addresses.slice(0, 1).filter(isIPv4));
      const { namespace = '', name } = service.metadata;
      return [{ namespace, name, port: healthCheckNodePort, localEndpoints: new Set(local).size }];
    })
    .toSorted((a, b) => a.port - b.port);
}

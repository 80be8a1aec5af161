import { describe, expect, it } from 'vitest';
import { healthChecks } from './health-checks.ts';
import { service, slice } from './scenarios.ts';

const here = { ip: '10.244.0.5', node: 'node1' };
const local = service('web', {
  type: 'LoadBalancer',
  clusterIP: '10.96.10.1',
  externalTrafficPolicy: 'Local',
  healthCheckNodePort: 30_500,
});

describe('the health check of a Service', () => {
  it('counts the ready endpoints of this node, each once', () => {
    const slices = [
      slice(
        local,
        [['http', 80]],
        [here, { ip: '10.244.1.5', node: 'node2' }, { ...here, ip: '10.244.0.6', ready: false }],
      ),
      slice(local, [['admin', 90]], [here, { ...here, ip: '10.244.0.7' }]),
    ];
    expect(healthChecks([{ service: local, slices }], 'node1')).toEqual([
      { namespace: 'default', name: 'web', port: 30_500, localEndpoints: 2 },
    ]);
    expect(healthChecks([{ service: local, slices }], 'node3')[0]?.localEndpoints).toBe(0);
  });

  it('is there only where a balancer has to choose among the nodes', () => {
    const of = (spec: (typeof local)['spec']): number =>
      healthChecks([{ service: service('web', { ...local.spec, ...spec }), slices: [] }], 'node1').length;
    expect(of({})).toBe(1);
    expect(of({ externalTrafficPolicy: 'Cluster' })).toBe(0);
    expect(of({ type: 'NodePort' })).toBe(0);
    expect(of({ healthCheckNodePort: 0 })).toBe(0);
  });
});

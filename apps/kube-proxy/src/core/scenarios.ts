import type { EndpointSlice, Service, ServicePort } from '@wherry/api';
import type { ProxyConfig } from './config.ts';
import { policyScenario } from './policy/policy-scenario.ts';
import type { ServiceView, Surroundings } from './rule-set.ts';

/** One situation whose rules are kept in testdata/<name>.rules. */
export interface Scenario {
  readonly name: string;
  readonly views: readonly ServiceView[];
  readonly config?: Partial<ProxyConfig> | undefined;
  readonly surroundings?: Surroundings | undefined;
}

export const defaultConfig: ProxyConfig = {
  nodeName: 'node1',
  clusterCidr: '10.244.0.0/16',
  masqueradeAll: false,
  masqueradeMark: 0x4000,
  localhostNodePorts: true,
};

interface EndpointSpec {
  readonly ip: string;
  readonly node?: string | undefined;
  readonly ready?: boolean | undefined;
  readonly serving?: boolean | undefined;
  readonly terminating?: boolean | undefined;
}

export function service(name: string, spec: Service['spec'], labels?: Record<string, string>): Service {
  return { metadata: { namespace: 'default', name, labels }, spec } as Service;
}

export function slice(
  of: Service,
  ports: readonly (readonly [string, number, string?])[],
  endpoints: readonly EndpointSpec[],
): EndpointSlice {
  return {
    metadata: { namespace: 'default', name: `${of.metadata?.name}-x1` },
    addressType: 'IPv4',
    ports: ports.map(([name, port, protocol]) => ({ name, port, protocol: protocol ?? 'TCP' })),
    endpoints: endpoints.map(({ ip, node, ready, serving, terminating }) => ({
      addresses: [ip],
      nodeName: node,
      conditions: { ready: ready ?? true, serving, terminating },
    })),
  } as EndpointSlice;
}

const http: ServicePort = { name: 'http', port: 80, protocol: 'TCP' };
const web = service('web', { type: 'ClusterIP', clusterIP: '10.96.10.1', ports: [http] });
const webNodePort = service('web', {
  type: 'NodePort',
  clusterIP: '10.96.10.1',
  ports: [{ ...http, nodePort: 30080 }],
});
const dns = service('dns', {
  clusterIP: '10.96.0.10',
  clusterIPs: ['10.96.0.10'],
  ports: [
    { name: 'dns', port: 53, protocol: 'UDP' },
    { name: 'dns-tcp', port: 53, protocol: 'TCP' },
    { name: 'metrics', port: 9153 },
  ],
});
/** Its second address is one that the balancer itself translates. */
function balanced(spec: Service['spec']): Service {
  const ingress = [
    { ip: '192.0.2.10', ipMode: 'VIP' },
    { ip: '192.0.2.11', ipMode: 'Proxy' },
    { hostname: 'lb.example' },
  ];
  const made = service('web', { ...webNodePort.spec, type: 'LoadBalancer', ...spec });
  return { ...made, status: { loadBalancer: { ingress } } };
}
const here = { ip: '10.244.0.5', node: 'node1' };
const there = { ip: '10.244.1.7', node: 'node2' };
const gone = { ready: false, serving: true, terminating: true };

export const scenarios: readonly Scenario[] = [
  { name: 'no-services', views: [] },
  {
    name: 'cluster-ip-three-endpoints',
    views: [{ service: web, slices: [slice(web, [['http', 8080]], [there, here, { ip: '10.244.1.10' }])] }],
  },
  { name: 'cluster-ip-no-endpoints', views: [{ service: web, slices: [] }] },
  { name: 'node-port', views: [{ service: webNodePort, slices: [slice(web, [['http', 8080]], [here, there])] }] },
  { name: 'node-port-no-endpoints', views: [{ service: webNodePort, slices: [] }] },
  {
    name: 'several-ports-tcp-and-udp',
    views: [
      {
        service: dns,
        slices: [
          slice(
            dns,
            [
              ['dns', 53, 'UDP'],
              ['dns-tcp', 53],
              ['metrics', 9153],
            ],
            [here],
          ),
        ],
      },
    ],
  },
  {
    name: 'port-without-a-name',
    views: [
      {
        service: service('plain', { clusterIP: '10.96.10.2', ports: [{ port: 443 }] }),
        slices: [slice(service('plain', {}), [['', 8443]], [here])],
      },
    ],
  },
  {
    name: 'only-ready-endpoints-when-there-are-any',
    views: [
      {
        service: web,
        slices: [slice(web, [['http', 8080]], [here, { ...there, ...gone }, { ip: '10.244.1.8', ready: false }])],
      },
    ],
  },
  {
    name: 'serving-terminating-endpoints-when-none-is-ready',
    views: [
      {
        service: web,
        slices: [
          slice(
            web,
            [['http', 8080]],
            [
              { ...here, ...gone },
              { ip: '10.244.1.8', ready: false },
            ],
          ),
        ],
      },
    ],
  },
  {
    name: 'session-affinity',
    views: [
      {
        service: service('web', {
          ...webNodePort.spec,
          sessionAffinity: 'ClientIP',
          sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } },
        }),
        slices: [slice(web, [['http', 8080]], [here, there])],
      },
    ],
  },
  {
    name: 'external-traffic-policy-local',
    views: [
      {
        service: service('web', { ...webNodePort.spec, externalTrafficPolicy: 'Local' }),
        slices: [slice(web, [['http', 8080]], [here, there])],
      },
    ],
  },
  {
    name: 'external-traffic-policy-local-no-local-endpoints',
    views: [
      {
        service: service('web', { ...webNodePort.spec, externalTrafficPolicy: 'Local' }),
        slices: [slice(web, [['http', 8080]], [there])],
      },
    ],
  },
  {
    name: 'internal-traffic-policy-local',
    views: [
      {
        service: service('web', { ...web.spec, internalTrafficPolicy: 'Local' }),
        slices: [slice(web, [['http', 8080]], [here, there])],
      },
    ],
  },
  {
    name: 'internal-traffic-policy-local-no-local-endpoints',
    views: [
      {
        service: service('web', { ...webNodePort.spec, internalTrafficPolicy: 'Local' }),
        slices: [slice(web, [['http', 8080]], [there])],
      },
    ],
  },
  {
    name: 'headless-external-name-and-foreign-proxy-skipped',
    views: [
      {
        service: service('headless', { clusterIP: 'None', ports: [http] }),
        slices: [slice(web, [['http', 8080]], [here])],
      },
      {
        service: service('elsewhere', { type: 'ExternalName', externalName: 'example.com', ports: [http] }),
        slices: [],
      },
      { service: service('other', web.spec, { 'service.kubernetes.io/service-proxy-name': 'cilium' }), slices: [] },
    ],
  },
  {
    name: 'without-cluster-cidr',
    views: [{ service: webNodePort, slices: [slice(web, [['http', 8080]], [here])] }],
    config: { clusterCidr: undefined },
  },
  {
    name: 'masquerade-all',
    views: [{ service: web, slices: [slice(web, [['http', 8080]], [here])] }],
    config: { masqueradeAll: true },
  },
  {
    name: 'node-port-on-chosen-addresses',
    views: [{ service: webNodePort, slices: [slice(web, [['http', 8080]], [here])] }],
    config: { nodePortAddresses: ['192.168.1.10'], localhostNodePorts: false },
  },
  {
    name: 'node-port-not-on-localhost',
    views: [{ service: webNodePort, slices: [slice(web, [['http', 8080]], [here])] }],
    config: { localhostNodePorts: false },
  },
  {
    name: 'endpoint-in-two-slices',
    views: [
      {
        service: web,
        slices: [
          slice(web, [['http', 8080]], [{ ...here, ...gone }]),
          slice(web, [['http', 8080]], [here]),
          { ...slice(web, [['http', 8080]], [{ ip: 'fd00::5' }]), addressType: 'IPv6' },
        ],
      },
    ],
  },
  {
    name: 'external-ips',
    views: [
      {
        service: service('web', { ...web.spec, externalIPs: ['203.0.113.10', '203.0.113.11', 'fd00::10'] }),
        slices: [slice(web, [['http', 8080]], [here, there])],
      },
    ],
  },
  {
    name: 'load-balancer-local-with-source-ranges',
    views: [
      {
        service: balanced({
          externalTrafficPolicy: 'Local',
          loadBalancerSourceRanges: ['198.51.100.0/24', ' 203.0.113.0/24'],
        }),
        slices: [slice(web, [['http', 8080]], [here, there])],
      },
    ],
  },
  { name: 'load-balancer-no-endpoints', views: [{ service: balanced({}), slices: [] }] },
  {
    name: 'load-balancer-local-no-local-endpoints',
    views: [
      {
        service: balanced({ externalTrafficPolicy: 'Local' }),
        slices: [slice(web, [['http', 8080]], [there])],
      },
    ],
  },
  { name: 'what-no-service-has-is-refused', views: [], surroundings: { serviceCidrs: ['10.96.0.0/16'] } },
  { name: 'network-policies', views: [], surroundings: { policies: policyScenario } },
];

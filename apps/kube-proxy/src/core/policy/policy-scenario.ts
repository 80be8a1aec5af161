import type { NetworkPolicy } from '@wherry/api';
import { addressNumber } from './addresses.ts';
import type { PolicyPod, PolicyView } from './policy-view.ts';

/** For tests: a shop with a web pod and a database here, and clients on another node. */
const policies: readonly NetworkPolicy[] = [
  { metadata: { namespace: 'shop', name: 'deny-all' }, spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] } },
  {
    metadata: { namespace: 'shop', name: 'web' },
    spec: {
      podSelector: { matchLabels: { app: 'web' } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        { from: [{ namespaceSelector: { matchLabels: { team: 'ops' } } }], ports: [{ port: 'http' }, { port: 9090 }] },
        { from: [{ ipBlock: { cidr: '203.0.113.0/24', except: ['203.0.113.64/26'] } }], ports: [{ port: 80 }] },
      ],
      egress: [
        { to: [{ podSelector: { matchLabels: { app: 'db' } } }], ports: [{ port: 'sql' }] },
        { ports: [{ protocol: 'UDP', port: 53 }] },
      ],
    },
  },
  {
    metadata: { namespace: 'shop', name: 'db' },
    spec: {
      podSelector: { matchLabels: { app: 'db' } },
      policyTypes: ['Ingress'],
      ingress: [
        {
          from: [{ podSelector: { matchLabels: { app: 'web' } } }],
          ports: [{ protocol: 'TCP', port: 5432 }, { port: 6000, endPort: 6010 }, { protocol: 'UDP' }],
        },
      ],
    },
  },
];

export const policyScenario: PolicyView = {
  policies,
  pods: [
    pod('shop', 'web-1', '10.244.0.5', 'node1', 'web', [['tcp/http', 8080]]),
    pod('shop', 'db-1', '10.244.0.6', 'node1', 'db', [['tcp/sql', 5432]]),
    pod('shop', 'db-2', '10.244.1.6', 'node2', 'db', [['tcp/sql', 5433]]),
    pod('free', 'any', '10.244.0.40', 'node1', 'any', []),
    ...[8, 9, 10, 11].map((last) => pod('ops', `client-${last}`, `10.244.1.${last}`, 'node2', 'client', [])),
  ],
  namespaceLabels: new Map([
    ['shop', { team: 'sales' }],
    ['ops', { team: 'ops' }],
    ['free', {}],
  ]),
  podCidr: '10.244.0.0/24',
};

function pod(
  namespace: string,
  name: string,
  ip: string,
  node: string,
  app: string,
  ports: readonly (readonly [string, number])[],
): PolicyPod {
  return { namespace, name, labels: { app }, address: addressNumber(ip), node, ports: new Map(ports) };
}

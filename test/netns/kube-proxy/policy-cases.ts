import type { NetworkPolicy } from '@wherry/api';

/** Policies that stand together, and what they are to show. Namespaces x, y, z carry the label ns; pods a, b, c the label pod. */
export interface PolicyCase {
  readonly name: string;
  readonly policies: readonly NetworkPolicy[];
}

type Spec = NetworkPolicy['spec'];

const both = ['Ingress', 'Egress'];
const pod = (name: string): Spec['podSelector'] => ({ matchLabels: { pod: name } });
const namespace = (name: string): Spec['podSelector'] => ({ matchLabels: { ns: name } });

/** For namespace x unless another is said. */
function policy(spec: Spec, name = 'p', of = 'x'): NetworkPolicy {
  return { metadata: { namespace: of, name }, spec: { podSelector: {}, policyTypes: ['Ingress'], ...spec } };
}

function one(name: string, spec: Spec, of = 'x'): PolicyCase {
  return { name, policies: [policy(spec, 'p', of)] };
}

const denyAll = policy({ policyTypes: both }, 'deny-all');

export const policyCases: readonly PolicyCase[] = [
  { name: 'nothing is restricted without a policy', policies: [] },
  one('ingress of a namespace is denied', {}),
  one('egress of a namespace is denied', { policyTypes: ['Egress'] }),
  { name: 'both directions are denied', policies: [denyAll] },
  {
    name: 'everything is denied, but everything allowed to one pod',
    policies: [policy({}, 'deny'), policy({ podSelector: pod('a'), ingress: [{}] }, 'allow')],
  },
  one('only pods of the same namespace may come', { ingress: [{ from: [{ podSelector: {} }] }] }),
  one('only one pod of the same namespace may come', { ingress: [{ from: [{ podSelector: pod('b') }] }] }),
  one('only another namespace may come', { ingress: [{ from: [{ namespaceSelector: namespace('y') }] }] }),
  one('every namespace may come, but nobody from outside', { ingress: [{ from: [{ namespaceSelector: {} }] }] }),
  one('only one pod of another namespace may come', {
    ingress: [{ from: [{ namespaceSelector: namespace('y'), podSelector: pod('c') }] }],
  }),
  one('a pod of here, or anybody of there', {
    ingress: [{ from: [{ podSelector: pod('b') }, { namespaceSelector: namespace('z') }] }],
  }),
  one('expressions select', {
    podSelector: { matchExpressions: [{ key: 'pod', operator: 'NotIn', values: ['c'] }] },
    ingress: [
      { from: [{ namespaceSelector: { matchExpressions: [{ key: 'ns', operator: 'In', values: ['x', 'z'] }] } }] },
    ],
  }),
  one('a block of addresses with an exception', {
    ingress: [{ from: [{ ipBlock: { cidr: '10.244.0.0/16', except: ['10.244.2.0/24', '10.244.3.12/32'] } }] }],
  }),
  one('egress to a block of addresses only', {
    policyTypes: ['Egress'],
    egress: [{ to: [{ ipBlock: { cidr: '10.244.1.8/29' } }] }],
  }),
  one('one port', { ingress: [{ ports: [{ port: 80 }] }] }),
  one('a range of ports, and the other protocol', {
    ingress: [
      {
        ports: [
          { port: 70, endPort: 80 },
          { protocol: 'UDP', port: 81 },
        ],
      },
    ],
  }),
  one('a port by its name, which is another number at each pod', { ingress: [{ ports: [{ port: 'web' }] }] }),
  one('egress to a port by its name', { policyTypes: ['Egress'], egress: [{ ports: [{ port: 'web' }] }] }),
  one('egress to one namespace, and by UDP to all', {
    policyTypes: ['Egress'],
    egress: [{ to: [{ namespaceSelector: namespace('z') }] }, { ports: [{ protocol: 'UDP' }] }],
  }),
  {
    name: 'several policies allow what each allows',
    policies: [
      denyAll,
      policy({ podSelector: pod('a'), ingress: [{ from: [{ podSelector: pod('b') }] }] }, 'in'),
      policy({ podSelector: pod('b'), policyTypes: ['Egress'], egress: [{ to: [{ podSelector: pod('a') }] }] }, 'out'),
      policy(
        { podSelector: pod('a'), ingress: [{ from: [{ namespaceSelector: namespace('y') }], ports: [{ port: 81 }] }] },
        'more',
      ),
    ],
  },
  {
    name: 'both ends must allow',
    policies: [
      policy({ policyTypes: ['Egress'], egress: [{ to: [{ namespaceSelector: namespace('y') }] }] }, 'out'),
      policy({ ingress: [{ from: [{ podSelector: pod('c') }] }] }, 'in', 'y'),
      policy({ podSelector: pod('b'), ingress: [{ from: [{ namespaceSelector: namespace('x') }] }] }, 'in-b', 'y'),
    ],
  },
  {
    name: 'what cannot be meant matches nothing',
    policies: [
      policy({ ingress: [{ ports: [{ port: 81, endPort: 80 }, { port: 'nobody-has-it' }] }] }, 'impossible'),
      policy({ podSelector: pod('c'), ingress: [{ from: [{ ipBlock: { cidr: '::/0' } }] }] }, 'other-family', 'y'),
    ],
  },
];

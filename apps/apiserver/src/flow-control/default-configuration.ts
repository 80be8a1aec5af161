import type { FlowControlSubject, FlowSchema, PolicyRulesWithSubjects, PriorityLevelConfiguration } from '@wherry/api';

/**
 * The priority levels and flow schemas that every apiserver makes at its start (upstream's bootstrap configuration,
 * v1.36), in a form that can be read at a glance.
 */
const levels: readonly [name: string, shares: number, lendable: number, queues?: number, hand?: number][] = [
  ['system', 30, 33, 64, 6],
  ['node-high', 40, 25, 64, 6],
  ['leader-election', 10, 0, 16, 4],
  ['workload-high', 40, 50, 128, 6],
  ['workload-low', 100, 90, 128, 6],
  ['global-default', 20, 50, 128, 6],
  ['catch-all', 5, 0],
];
const QUEUE_LENGTH = 50;

const everything = {
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'], clusterScope: true }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
};
const groups = (...names: string[]): FlowControlSubject[] => names.map((name) => ({ kind: 'Group', group: { name } }));
const users = (...names: string[]): FlowControlSubject[] => names.map((name) => ({ kind: 'User', user: { name } }));
const accounts = (...names: string[]): FlowControlSubject[] =>
  names.map((name) => ({ kind: 'ServiceAccount', serviceAccount: { name, namespace: 'kube-system' } }));
const anyone = groups('system:unauthenticated', 'system:authenticated');
const rule = (apiGroup: string, resources: string[], verbs: string[], namespaces: string[], clusterScope = false) => ({
  verbs,
  apiGroups: [apiGroup],
  resources,
  namespaces,
  ...(clusterScope ? { clusterScope } : {}),
});
const electing = ['get', 'create', 'update'];

const schemas: readonly [
  name: string,
  level: string,
  precedence: number,
  by: string,
  rules: PolicyRulesWithSubjects,
][] = [
  ['exempt', 'exempt', 1, '', { subjects: groups('system:masters'), ...everything }],
  [
    'probes',
    'exempt',
    2,
    '',
    {
      subjects: anyone,
      nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }],
    },
  ],
  [
    'system-leader-election',
    'leader-election',
    100,
    'ByUser',
    {
      subjects: users('system:kube-controller-manager', 'system:kube-scheduler'),
      resourceRules: [rule('coordination.k8s.io', ['leases'], electing, ['*'])],
    },
  ],
  [
    'endpoint-controller',
    'workload-high',
    150,
    'ByUser',
    {
      subjects: [
        ...users('system:kube-controller-manager'),
        ...accounts('endpoint-controller', 'endpointslicemirroring-controller'),
      ],
      resourceRules: [rule('', ['endpoints'], ['get', 'create', 'update'], ['*'])],
    },
  ],
  [
    'workload-leader-election',
    'leader-election',
    200,
    'ByUser',
    { subjects: accounts('*'), resourceRules: [rule('coordination.k8s.io', ['leases'], electing, ['*'])] },
  ],
  [
    'system-node-high',
    'node-high',
    400,
    'ByUser',
    {
      subjects: groups('system:nodes'),
      resourceRules: [
        rule('', ['nodes', 'nodes/status'], ['*'], ['*'], true),
        rule('coordination.k8s.io', ['leases'], ['*'], ['*']),
      ],
    },
  ],
  ['system-nodes', 'system', 500, 'ByUser', { subjects: groups('system:nodes'), ...everything }],
  [
    'kube-controller-manager',
    'workload-high',
    800,
    'ByNamespace',
    { subjects: users('system:kube-controller-manager'), ...everything },
  ],
  ['kube-scheduler', 'workload-high', 800, 'ByNamespace', { subjects: users('system:kube-scheduler'), ...everything }],
  ['kube-system-service-accounts', 'workload-high', 900, 'ByNamespace', { subjects: accounts('*'), ...everything }],
  ['service-accounts', 'workload-low', 9000, 'ByUser', { subjects: groups('system:serviceaccounts'), ...everything }],
  ['global-default', 'global-default', 9900, 'ByUser', { subjects: anyone, ...everything }],
  ['catch-all', 'catch-all', 10_000, 'ByUser', { subjects: anyone, ...everything }],
];

/** An administrator who sets this to `false` keeps what he has changed. */
export const AUTO_UPDATE = 'apf.kubernetes.io/autoupdate-spec';
const annotations = { [AUTO_UPDATE]: 'true' };

export function defaultPriorityLevels(): PriorityLevelConfiguration[] {
  const exempt = {
    metadata: { name: 'exempt', annotations },
    spec: { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } },
  };
  const limited = levels.map(([name, nominalConcurrencyShares, lendablePercent, queues, handSize]) => ({
    metadata: { name, annotations },
    spec: {
      type: 'Limited',
      limited: {
        nominalConcurrencyShares,
        lendablePercent,
        limitResponse:
          queues === undefined || handSize === undefined
            ? { type: 'Reject' }
            : { type: 'Queue', queuing: { queues, handSize, queueLengthLimit: QUEUE_LENGTH } },
      },
    },
  }));
  return [exempt, ...limited];
}

export function defaultFlowSchemas(): FlowSchema[] {
  return schemas.map(([name, level, matchingPrecedence, by, rules]) => ({
    metadata: { name, annotations },
    spec: {
      matchingPrecedence,
      priorityLevelConfiguration: { name: level },
      ...(by === '' ? {} : { distinguisherMethod: { type: by } }),
      rules: [rules],
    },
  }));
}
